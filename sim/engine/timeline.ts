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
    let at = this.length;
    let here = this.append();
    const { block } = this;
    while (at > 0) {
      const before = this.place(at - 1);
      if (!(time < block[before]! || (time === block[before]! && order < block[before + ORDER]!))) break;
      block[here] = block[before]!;
      block[here + ORDER] = block[before + ORDER]!;
      block[here + TAG] = block[before + TAG]!;
      here = before;
      at--;
    }
    block[here] = time;
    block[here + ORDER] = order;
    block[here + TAG] = tag;
    if (at === 0) this.#agenda.put(this.#source, time, order);
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
    else {
      const { block, first } = this;
      this.#agenda.put(this.#source, block[first]!, block[first + ORDER]!);
    }
    return tag;
  }
}
