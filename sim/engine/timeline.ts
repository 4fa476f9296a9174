import type { Agenda } from "./agenda.ts";
import { Ring } from "./ring.ts";

/** Of an entry: when, its rank there, and what it is about. */
const ORDER = 1;
const TAG = 2;
const WIDTH = 3;

/**
 * Events of one source, in order of (time, order of scheduling), of which the agenda knows the first only: messages on their
 * way, say. What comes last is added in O(1); what comes before others moves those.
 */
export class Timeline extends Ring {
  readonly #agenda: Agenda;
  readonly #source: number;

  /** No event at first. @param source Its events' in the agenda. */
  constructor(agenda: Agenda, source: number) {
    super(agenda.arena, WIDTH, 4);
    this.#agenda = agenda;
    this.#source = source;
  }

  /** When the first event comes; `Infinity` if there is none. */
  get next(): number {
    return this.length === 0 ? Number.POSITIVE_INFINITY : this.block[this.first]!;
  }

  /** @param tag what it is about: 32 bits. @throws RangeError as {@link Agenda.put} does. */
  push(time: number, order: number, tag: number): void {
    const at = this.append();
    const { block } = this;
    block[at] = time;
    block[at + ORDER] = order;
    block[at + TAG] = tag;
    if (this.settle()) this.announce();
  }

  /** Moves what was added last to before all that comes after it; true if it is the first now. */
  protected settle(): boolean {
    const { block } = this;
    let position = this.length - 1;
    for (; position > 0; position--) {
      const here = this.place(position);
      const before = this.place(position - 1);
      const [time, order, tag] = [block[here]!, block[here + ORDER]!, block[here + TAG]!];
      if (!(time < block[before]! || (time === block[before]! && order < block[before + ORDER]!))) return false;
      block[here] = block[before]!;
      block[here + ORDER] = block[before + ORDER]!;
      block[here + TAG] = block[before + TAG]!;
      block[before] = time;
      block[before + ORDER] = order;
      block[before + TAG] = tag;
    }
    return true;
  }

  /** The agenda is to know of the first. */
  protected announce(): void {
    const { block, first } = this;
    this.#agenda.put(this.#source, block[first]!, block[first + ORDER]!);
  }

  /** None of them comes. */
  clear(): void {
    this.empty();
    this.#agenda.remove(this.#source);
  }

  /** Takes the first event, which there must be, and has the agenda know of the one after it: its tag. */
  shift(): number {
    const tag = this.block[this.first + TAG]! | 0;
    this.drop();
    if (this.length === 0) this.#agenda.remove(this.#source);
    else this.announce();
    return tag;
  }
}
