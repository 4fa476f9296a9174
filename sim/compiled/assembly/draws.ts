import { take } from "./memory";
import { integer } from "./random";

/** Samples of a cost and how they are drawn: as in `model/draws.ts`. */
@unmanaged
export class Draws {
  /** Address of the first, how many there are, and 2^32 modulo that. */
  samples: usize;
  count: u32;
  bias: u32;
  /** `null` where each sample is drawn by itself. */
  sequence: Sequence | null;
}

/** Places of samples, block after block. */
@unmanaged
class Sequence {
  /** Of a block, and what is left of the one at hand. */
  length: u32;
  left: u32;
  /** The next place, and the visit's that it is in. */
  at: u32;
  begin: u32;
  end: u32;
  /** Where each visit of the calibration ends. */
  visits: u32;
  ends: usize;
}

/**
 * Puts it in room that was taken for it. @param block samples that are drawn together; 1: each by itself. @param visits of which
 * `ends` are the 32-bit places of ends.
 */
export function draws(at: usize, samples: usize, count: u32, block: u32, visits: u32, ends: usize): void {
  const made = changetype<Draws>(at);
  made.samples = samples;
  made.count = count;
  made.bias = <u32>(<u64>0x100000000 % count);
  if (block != 1) {
    const sequence = changetype<Sequence>(take(offsetof<Sequence>()));
    sequence.length = block;
    sequence.end = count;
    sequence.visits = visits;
    sequence.ends = ends;
    made.sequence = sequence;
  }
}

/** The next sample. @param state address of the random stream's. */
@inline
export function draw(from: Draws, state: usize): f64 {
  if (from.count == 1) return load<f64>(from.samples);
  const sequence = from.sequence;
  const place = sequence === null ? integer(state, from.count, from.bias) : inTurn(from, sequence, state);
  return load<f64>(from.samples + (<usize>place << 3));
}

function inTurn(from: Draws, sequence: Sequence, state: usize): u32 {
  if (sequence.left == 0) jump(from, sequence, state);
  sequence.left--;
  const at = sequence.at++;
  if (sequence.at == sequence.end) sequence.at = sequence.begin;
  return at;
}

function jump(from: Draws, sequence: Sequence, state: usize): void {
  const at = integer(state, from.count, from.bias);
  sequence.at = at;
  sequence.left = sequence.length;
  if (sequence.visits < 2) return;
  let end = sequence.ends;
  while (load<u32>(end) <= at) end += 4;
  sequence.begin = end == sequence.ends ? 0 : load<u32>(end - 4);
  sequence.end = load<u32>(end);
}
