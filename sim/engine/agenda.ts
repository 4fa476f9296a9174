import { Arena } from "./arena.ts";

/**
 * Clock of a simulation and what happens next. Events come from few and known sources (a processor's next finishing task, the
 * head of a queue, a timer), each of which has at most one that is pending: so they are a table by source, in order of (time,
 * order of scheduling) by an indexed 4-ary heap (Tarjan, Data Structures and Network Algorithms, 1983, section 3.2). Nothing is
 * allocated per event. The clock, in seconds, starts at 0.
 *
 * Whoever runs the events takes the {@link first} source, moves the clock to its time, and has the source put its next event in
 * place of that one, or {@link remove} it.
 */
export class Agenda {
  /** Simulation time, seconds. */
  now = 0;
  /** Where those that have events keep their numbers. */
  readonly arena = new Arena();
  readonly #times: Float64Array;
  readonly #orders: Float64Array;
  /** Sources whose event is pending, and the place of each there; -1: none is pending. */
  readonly #heap: Int32Array;
  readonly #places: Int32Array;
  #length = 0;
  /** In an array, as it outgrows 32 bits. */
  readonly #scheduled = new Float64Array(1);

  /** Nothing is pending at first. @param sources How many there are: 0..sources - 1. */
  constructor(sources: number) {
    this.#times = new Float64Array(sources);
    this.#orders = new Float64Array(sources);
    this.#heap = new Int32Array(sources);
    this.#places = new Int32Array(sources).fill(-1);
  }

  /** Number of events that are pending. */
  get pending(): number {
    return this.#length;
  }

  /** Source of the next event; -1 if there is none. */
  get first(): number {
    return this.#length === 0 ? -1 : this.#heap[0]!;
  }

  /** Moves the clock to the next event: its source, -1 if there is none. */
  advance(): number {
    if (this.#length === 0) return -1;
    const source = this.#heap[0]!;
    this.now = this.#times[source]!;
    return source;
  }

  /** Rank of what is scheduled now among events of one and the same time: one more at each call, from 0. */
  ticket(): number {
    return this.#scheduled[0]!++;
  }

  /** True if some event comes at the present time, before what has this rank. */
  precedes(order: number): boolean {
    if (this.#length === 0) return false;
    const first = this.#heap[0]!;
    return this.#times[first]! <= this.now && this.#orders[first]! < order;
  }

  /**
   * Schedules the event of a source, in place of its pending one if there is any; O(log pending).
   * @param time Seconds, not before now. @param order From {@link ticket}.
   * @throws RangeError if `time` is in the past, infinite or NaN.
   */
  put(source: number, time: number, order: number): void {
    if (!(time >= this.now && time < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`time(=${time}) should be finite and >= the current simulation time ${this.now}`);
    }
    this.#times[source] = time;
    this.#orders[source] = order;
    this.#settle(source);
  }

  /** Where a source belongs whose event is new or has changed. */
  #settle(source: number): void {
    const place = this.#places[source]!;
    if (place < 0) this.#up(source, this.#length++);
    else if (place > 0 && this.#before(source, this.#heap[(place - 1) >> 2]!)) this.#up(source, place);
    else this.#down(source, place);
  }

  /** Takes the event of a source out; nothing happens if none is pending. */
  remove(source: number): void {
    const place = this.#places[source]!;
    if (place < 0) return;
    this.#places[source] = -1;
    const last = this.#heap[--this.#length]!;
    if (last === source) return;
    if (place > 0 && this.#before(last, this.#heap[(place - 1) >> 2]!)) this.#up(last, place);
    else this.#down(last, place);
  }

  #before(a: number, b: number): boolean {
    const x = this.#times[a]!;
    const y = this.#times[b]!;
    return x < y || (x === y && this.#orders[a]! < this.#orders[b]!);
  }

  #up(source: number, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 2;
      const parent = this.#heap[above]!;
      if (!this.#before(source, parent)) break;
      this.#heap[place] = parent;
      this.#places[parent] = place;
      place = above;
    }
    this.#heap[place] = source;
    this.#places[source] = place;
  }

  #down(source: number, from: number): void {
    const length = this.#length;
    let place = from;
    for (;;) {
      const below = 4 * place + 1;
      if (below >= length) break;
      const end = Math.min(below + 4, length);
      let next = below;
      let child = this.#heap[below]!;
      for (let other = below + 1; other < end; other++) {
        const candidate = this.#heap[other]!;
        if (!this.#before(candidate, child)) continue;
        next = other;
        child = candidate;
      }
      if (!this.#before(child, source)) break;
      this.#heap[place] = child;
      this.#places[child] = place;
      place = next;
    }
    this.#heap[place] = source;
    this.#places[source] = place;
  }
}
