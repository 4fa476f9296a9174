import { Arena } from "./arena.ts";

/** Up to so many sources are searched. */
const SEARCHED = 12;
/** For a place: no event is pending, and nobody has looked. */
const NONE = -1;
const UNKNOWN = -2;

/**
 * Clock of a simulation and what happens next. Events come from few and known sources (a processor's next finishing task, the
 * head of a queue, a timer), each of which has at most one that is pending. They come in order of (time, order of scheduling): of few
 * sources, by a search through a table of all; of more, by an indexed 4-ary heap (Tarjan, Data Structures and Network Algorithms, 1983,
 * section 3.2) that holds times itself, so that what is compared lies side by side. Nothing is allocated per event. The clock, in
 * seconds, starts at 0.
 *
 * Whoever runs the events takes the {@link first} source, moves the clock to its time, and has the source put its next event in
 * place of that one, or {@link remove} it.
 */
export class Agenda {
  /** Simulation time, seconds. */
  now = 0;
  /** Where those that have events keep their numbers. */
  readonly arena = new Arena();
  /** Time and order of events, by place: a table of all sources, where that is never if none is pending; or a heap of those pending. */
  readonly #keys: Float64Array;
  /** By place: the source. */
  readonly #heap: Int32Array;
  /** By source: its place in the heap; -1: none is pending. */
  readonly #places: Int32Array;
  /** Sources in the table, those that have had an event and all before them; 0 once it is a heap. */
  #searched = 0;
  #heaped = false;
  /** Events in the heap. */
  #length = 0;
  /** Place of the next event. */
  #next = NONE;
  #scheduled = 0;

  /** Nothing is pending at first. @param sources How many there are: 0..sources - 1. */
  constructor(sources: number) {
    this.#keys = new Float64Array(2 * sources).fill(Number.POSITIVE_INFINITY);
    this.#heap = Int32Array.from({ length: sources }, (_, source) => source);
    this.#places = new Int32Array(sources).fill(-1);
  }

  /** Number of events that are pending. */
  get pending(): number {
    if (this.#heaped) return this.#length;
    let pending = 0;
    for (let source = 0; source < this.#searched; source++)
      if (this.#keys[2 * source]! < Number.POSITIVE_INFINITY) pending++;
    return pending;
  }

  /** Source of the next event; -1 if there is none. */
  get first(): number {
    if (this.#next === UNKNOWN) this.#search();
    return this.#next < 0 ? -1 : this.#heap[this.#next]!;
  }

  /** Moves the clock to the next event: its source, -1 if there is none. */
  advance(): number {
    if (this.#next === UNKNOWN) this.#search();
    if (this.#next < 0) return -1;
    this.now = this.#keys[2 * this.#next]!;
    return this.#heap[this.#next]!;
  }

  /** Rank of what is scheduled now among events of one and the same time: one more at each call, from 0. */
  ticket(): number {
    return this.#scheduled++;
  }

  /** True if some event comes at the present time, before what has this rank. */
  precedes(order: number): boolean {
    if (this.#next === UNKNOWN) this.#search();
    const next = this.#next;
    return next >= 0 && this.#keys[2 * next]! <= this.now && this.#keys[2 * next + 1]! < order;
  }

  /**
   * Schedules the event of a source, in place of its pending one if there is any; O(log pending), or O(1) of few sources.
   * @param time Seconds, not before now. @param order From {@link ticket}.
   * @throws RangeError if `time` is in the past, infinite or NaN.
   */
  put(source: number, time: number, order: number): void {
    if (!(time >= this.now && time < Number.POSITIVE_INFINITY)) throw this.#outOfRange(time);
    const place = this.#placeOf(source);
    this.#keys[2 * place] = time;
    this.#keys[2 * place + 1] = order;
    if (this.#heaped) this.#settle(place);
    else this.#next = UNKNOWN;
  }

  /** Takes the event of a source out; nothing happens if none is pending. */
  remove(source: number): void {
    if (source < this.#searched) {
      this.#keys[2 * source] = Number.POSITIVE_INFINITY;
      this.#next = UNKNOWN;
      return;
    }
    const place = this.#places[source]!;
    if (place < 0) return;
    this.#places[source] = -1;
    const last = --this.#length;
    if (last === 0) this.#next = NONE;
    if (place === last) return;
    this.#heap[place] = this.#heap[last]!;
    this.#keys[2 * place] = this.#keys[2 * last]!;
    this.#keys[2 * place + 1] = this.#keys[2 * last + 1]!;
    this.#settle(place);
  }

  #outOfRange(time: number): RangeError {
    return new RangeError(`time(=${time}) should be finite and >= the current simulation time ${this.now}`);
  }

  /** Place of the event of a source: a new one if it has none. */
  #placeOf(source: number): number {
    if (source >= this.#searched && !this.#heaped) this.#widen(source + 1);
    if (!this.#heaped) return source;
    const place = this.#places[source]!;
    if (place >= 0) return place;
    this.#heap[this.#length] = source;
    this.#next = 0;
    return this.#length++;
  }

  /** Finds the next event in the table. */
  #search(): void {
    const [keys, searched] = [this.#keys, this.#searched];
    let next = 0;
    let least = keys[0]!;
    for (let source = 1; source < searched; source++) {
      const time = keys[2 * source]!;
      if (!(time < least || (time === least && keys[2 * source + 1]! < keys[2 * next + 1]!))) continue;
      least = time;
      next = source;
    }
    this.#next = least < Number.POSITIVE_INFINITY ? next : NONE;
  }

  /** More sources have events: where they are too many for a table, a heap takes its place. */
  #widen(sources: number): void {
    if (sources <= SEARCHED) {
      this.#searched = sources;
      return;
    }
    const table = this.#keys.slice(0, 2 * this.#searched);
    this.#heaped = true;
    this.#searched = 0;
    for (let source = 0; 2 * source < table.length; source++) {
      if (table[2 * source] === Number.POSITIVE_INFINITY) continue;
      const place = this.#length++;
      this.#heap[place] = source;
      this.#keys[2 * place] = table[2 * source]!;
      this.#keys[2 * place + 1] = table[2 * source + 1]!;
      this.#settle(place);
    }
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

  /** The place whose event comes first, of at most 4. */
  #earliest(first: number, end: number): number {
    const keys = this.#keys;
    if (end - first === 4) {
      // Without a branch, which would be foreseen wrongly half the time.
      const at = 2 * first;
      const left = first + Number(keys[at + 2]! < keys[at]!);
      const right = first + 2 + Number(keys[at + 6]! < keys[at + 4]!);
      const next = left + (right - left) * Number(keys[2 * right]! < keys[2 * left]!);
      const tied = keys[at] === keys[at + 2] || keys[at + 4] === keys[at + 6] || keys[2 * left] === keys[2 * right];
      if (!tied) return next;
    }
    let next = first;
    for (let place = first + 1; place < end; place++)
      if (keys[2 * place]! < keys[2 * next]! || this.#tied(place, next)) next = place;
    return next;
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
      const first = 4 * place + 1;
      if (first >= length) break;
      const next = this.#earliest(first, Math.min(first + 4, length));
      const least = keys[2 * next]!;
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
