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
  #scheduled = 0;

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
    return this.#scheduled++;
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
    let place = this.#places[source]!;
    if (place < 0) {
      place = this.#length++;
      this.#heap[place] = source;
    }
    this.#keys[2 * place] = time;
    this.#keys[2 * place + 1] = order;
    this.#settle(place);
  }

  /** Takes the event of a source out; nothing happens if none is pending. */
  remove(source: number): void {
    const place = this.#places[source]!;
    if (place < 0) return;
    this.#places[source] = -1;
    const last = --this.#length;
    if (place === last) return;
    this.#heap[place] = this.#heap[last]!;
    this.#keys[2 * place] = this.#keys[2 * last]!;
    this.#keys[2 * place + 1] = this.#keys[2 * last + 1]!;
    this.#settle(place);
  }

  // What follows gets no times as arguments: a number that is not an integer takes memory as one, unless the call is inlined.

  /** Puts the event at a place where it belongs: it is new there, or has changed. */
  #settle(place: number): void {
    const keys = this.#keys;
    const above = (place - 1) >> 2;
    if (place > 0 && (keys[2 * place]! < keys[2 * above]! || this.#tied(place, above))) this.#rise(place);
    else this.#sink(place);
  }

  /** True if both are of one time, and the first was scheduled before the other. */
  #tied(place: number, other: number): boolean {
    const keys = this.#keys;
    return keys[2 * place]! === keys[2 * other]! && keys[2 * place + 1]! < keys[2 * other + 1]!;
  }

  #rise(from: number): void {
    const [keys, heap, places] = [this.#keys, this.#heap, this.#places];
    const source = heap[from]!;
    const time = keys[2 * from]!;
    const order = keys[2 * from + 1]!;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 2;
      const other = keys[2 * above]!;
      if (other < time || (other === time && keys[2 * above + 1]! < order)) break;
      const parent = heap[above]!;
      heap[place] = parent;
      places[parent] = place;
      keys[2 * place] = other;
      keys[2 * place + 1] = keys[2 * above + 1]!;
      place = above;
    }
    heap[place] = source;
    places[source] = place;
    keys[2 * place] = time;
    keys[2 * place + 1] = order;
  }

  #sink(from: number): void {
    const [keys, heap, places, length] = [this.#keys, this.#heap, this.#places, this.#length];
    const source = heap[from]!;
    const time = keys[2 * from]!;
    const order = keys[2 * from + 1]!;
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
      if (!(least < time || (least === time && keys[2 * next + 1]! < order))) break;
      const child = heap[next]!;
      heap[place] = child;
      places[child] = place;
      keys[2 * place] = least;
      keys[2 * place + 1] = keys[2 * next + 1]!;
      place = next;
    }
    heap[place] = source;
    places[source] = place;
    keys[2 * place] = time;
    keys[2 * place + 1] = order;
  }
}
