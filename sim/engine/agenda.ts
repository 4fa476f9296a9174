import { Arena } from "./arena.ts";

/**
 * Clock of a simulation and what happens next. Events come from few and known sources (a processor's next finishing task, the
 * head of a queue, a timer), each of which has at most one that is pending: so they are a table by source, in order of (time,
 * order of scheduling) by an indexed 4-ary heap (Tarjan, Data Structures and Network Algorithms, 1983, section 3.2) that holds times
 * itself, so that what is compared lies side by side. Nothing is allocated per event. The clock, in seconds, starts at 0.
 *
 * Whoever runs the events takes the {@link first} source, moves the clock to its time, and has the source put its next event in
 * place of that one, or {@link remove} it.
 */
export class Agenda {
  /** Simulation time, seconds. */
  now = 0;
  /** Where those that have events keep their numbers. */
  readonly arena = new Arena();
  /** Of the pending events, as a heap: time and order of each, and its source. */
  readonly #keys: Float64Array;
  readonly #heap: Int32Array;
  /** By source: its place there; -1: none is pending. */
  readonly #places: Int32Array;
  #length = 0;
  /** In an array, as it outgrows 32 bits. */
  readonly #scheduled = new Float64Array(1);

  /** Nothing is pending at first. @param sources How many there are: 0..sources - 1. */
  constructor(sources: number) {
    this.#keys = new Float64Array(2 * sources);
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
    this.now = this.#keys[0]!;
    return this.#heap[0]!;
  }

  /** Rank of what is scheduled now among events of one and the same time: one more at each call, from 0. */
  ticket(): number {
    return this.#scheduled[0]!++;
  }

  /** True if some event comes at the present time, before what has this rank. */
  precedes(order: number): boolean {
    return this.#length > 0 && this.#keys[0]! <= this.now && this.#keys[1]! < order;
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
    const place = this.#places[source]!;
    if (place < 0) this.#up(source, time, order, this.#length++);
    else this.#settle(source, time, order, place);
  }

  /** Takes the event of a source out; nothing happens if none is pending. */
  remove(source: number): void {
    const place = this.#places[source]!;
    if (place < 0) return;
    this.#places[source] = -1;
    const last = --this.#length;
    if (place < last) this.#settle(this.#heap[last]!, this.#keys[2 * last]!, this.#keys[2 * last + 1]!, place);
  }

  /** Where an event belongs that comes in place of another. */
  #settle(source: number, time: number, order: number, place: number): void {
    if (place > 0 && !this.#before((place - 1) >> 2, time, order)) this.#up(source, time, order, place);
    else this.#down(source, time, order, place);
  }

  /** True if the event at a place comes before one that would. */
  #before(place: number, time: number, order: number): boolean {
    const other = this.#keys[2 * place]!;
    return other < time || (other === time && this.#keys[2 * place + 1]! < order);
  }

  #up(source: number, time: number, order: number, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 2;
      if (this.#before(above, time, order)) break;
      this.#move(above, place);
      place = above;
    }
    this.#set(source, time, order, place);
  }

  #down(source: number, time: number, order: number, from: number): void {
    const keys = this.#keys;
    const length = this.#length;
    let place = from;
    for (;;) {
      let next = 4 * place + 1;
      if (next >= length) break;
      const end = Math.min(next + 4, length);
      let least = keys[2 * next]!;
      for (let child = next + 1; child < end; child++) {
        const other = keys[2 * child]!;
        if (!(other < least || (other === least && keys[2 * child + 1]! < keys[2 * next + 1]!))) continue;
        least = other;
        next = child;
      }
      if (!this.#before(next, time, order)) break;
      this.#move(next, place);
      place = next;
    }
    this.#set(source, time, order, place);
  }

  #move(from: number, to: number): void {
    const source = this.#heap[from]!;
    this.#heap[to] = source;
    this.#keys[2 * to] = this.#keys[2 * from]!;
    this.#keys[2 * to + 1] = this.#keys[2 * from + 1]!;
    this.#places[source] = to;
  }

  #set(source: number, time: number, order: number, place: number): void {
    this.#heap[place] = source;
    this.#keys[2 * place] = time;
    this.#keys[2 * place + 1] = order;
    this.#places[source] = place;
  }
}
