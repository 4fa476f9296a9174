import { precedes, ticket } from "./agenda";
import { grown, take } from "./memory";

/** Of an entry: its rank, and what it is. */
const ENTRY: usize = 16;

/** What is to happen at this very moment: as in `engine/instants.ts`. */
let entries: usize = 0;
let mask: i32 = 0;
let head: i32 = 0;
let length: i32 = 0;

export function prepareInstants(): void {
  entries = take(8 * ENTRY);
  mask = 7;
  head = length = 0;
}

export function pushInstant(what: usize): void {
  if (length > mask) grow();
  const at = entries + <usize>((head + length++) & mask) * ENTRY;
  store<f64>(at, ticket());
  store<u32>(at, <u32>what, 8);
}

/** True if the first of them is next. */
@inline
export function instantDue(): bool {
  return length > 0 && !precedes(load<f64>(entries + <usize>head * ENTRY));
}

/** Takes the first. */
export function shiftInstant(): usize {
  const what = load<u32>(entries + <usize>head * ENTRY, 8);
  length--;
  head = (head + 1) & mask;
  return what;
}

function grow(): void {
  entries = grown(entries, <usize>head * ENTRY, <usize>(mask + 1) * ENTRY);
  mask = 2 * mask + 1;
  head = 0;
}
