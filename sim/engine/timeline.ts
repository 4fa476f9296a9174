import type { Agenda } from "./agenda.ts";

/**
 * Events of one source, in order of (time, order of scheduling), of which the agenda knows the first only: messages on their
 * way, say. What comes last is added in O(1); what comes before others moves those.
 */
export class Timeline {
  readonly #agenda: Agenda;
  readonly #source: number;
  /** Rings, whose length is a power of two. */
  #times = new Float64Array(4);
  #orders = new Float64Array(4);
  #tags = new Int32Array(4);
  #head = 0;
  #length = 0;

  /** No event at first. @param source Its events' in the agenda. */
  constructor(agenda: Agenda, source: number) {
    this.#agenda = agenda;
    this.#source = source;
  }

  /** Number of events that have not happened. */
  get length(): number {
    return this.#length;
  }

  /** When the first event comes; `Infinity` if there is none. */
  get next(): number {
    return this.#length === 0 ? Number.POSITIVE_INFINITY : this.#times[this.#head]!;
  }

  /** @param tag what it is about: 32 bits. @throws RangeError as {@link Agenda.put} does. */
  push(time: number, order: number, tag: number): void {
    if (this.#length === this.#tags.length) this.#grow();
    const mask = this.#tags.length - 1;
    let at = this.#length++;
    while (at > 0) {
      const before = (this.#head + at - 1) & mask;
      if (!(time < this.#times[before]! || (time === this.#times[before]! && order < this.#orders[before]!))) break;
      const here = (before + 1) & mask;
      this.#times[here] = this.#times[before]!;
      this.#orders[here] = this.#orders[before]!;
      this.#tags[here] = this.#tags[before]!;
      at--;
    }
    const here = (this.#head + at) & mask;
    this.#times[here] = time;
    this.#orders[here] = order;
    this.#tags[here] = tag;
    if (at === 0) this.#agenda.put(this.#source, time, order);
  }

  /** None of them comes. */
  clear(): void {
    this.#length = 0;
    this.#agenda.remove(this.#source);
  }

  /** Takes the first event, which there must be, and has the agenda know of the one after it: its tag. */
  shift(): number {
    const tag = this.#tags[this.#head]!;
    this.#head = (this.#head + 1) & (this.#tags.length - 1);
    this.#length--;
    if (this.#length === 0) this.#agenda.remove(this.#source);
    else this.#agenda.put(this.#source, this.#times[this.#head]!, this.#orders[this.#head]!);
    return tag;
  }

  #grow(): void {
    const size = this.#tags.length;
    const [times, orders, tags] = [new Float64Array(2 * size), new Float64Array(2 * size), new Int32Array(2 * size)];
    for (let i = 0; i < size; i++) {
      const at = (this.#head + i) & (size - 1);
      times[i] = this.#times[at]!;
      orders[i] = this.#orders[at]!;
      tags[i] = this.#tags[at]!;
    }
    this.#times = times;
    this.#orders = orders;
    this.#tags = tags;
    this.#head = 0;
  }
}
