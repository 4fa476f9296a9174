/**
 * When each of a fixed number of sources has its next event, `Infinity` for never. Few are kept in a table that is searched
 * each time; many in a heap of four children a node (Knuth, TAOCP vol. 3, 5.2.3, exercise 28; LaMarca & Ladner 1996 on its
 * use of caches), of which each source knows its place. Of events at one time, which comes first is not laid down.
 */
export class Agenda {
  readonly #times: Float64Array;
  readonly #heap: Int32Array;
  readonly #places: Int32Array;

  /** @param searched Up to how many sources a table is searched. */
  constructor(sources: number, searched = 12) {
    this.#times = new Float64Array(sources).fill(Number.POSITIVE_INFINITY);
    const heaped = sources > searched ? sources : 0;
    this.#heap = Int32Array.from({ length: heaped }, (_, k) => k);
    this.#places = this.#heap.slice();
  }

  time(source: number): number {
    return this.#times[source]!;
  }

  /** The source of the next event. */
  next(): number {
    if (this.#heap.length > 0) return this.#heap[0]!;
    const times = this.#times;
    let first = 0;
    let least = times[0]!;
    for (let k = 1; k < times.length; k++) {
      const time = times[k]!;
      if (time < least) {
        least = time;
        first = k;
      }
    }
    return first;
  }

  set(source: number, time: number): void {
    const before = this.#times[source]!;
    this.#times[source] = time;
    if (this.#heap.length === 0) return;
    if (time < before) this.#rise(source, time);
    else this.#sink(source, time);
  }

  #rise(source: number, time: number): void {
    const [times, heap, places] = [this.#times, this.#heap, this.#places];
    let place = places[source]!;
    while (place > 0) {
      const above = (place - 1) >> 2;
      const parent = heap[above]!;
      if (times[parent]! <= time) break;
      heap[place] = parent;
      places[parent] = place;
      place = above;
    }
    heap[place] = source;
    places[source] = place;
  }

  #sink(source: number, time: number): void {
    const [times, heap, places] = [this.#times, this.#heap, this.#places];
    let place = places[source]!;
    for (;;) {
      const first = 4 * place + 1;
      if (first >= heap.length) break;
      let below = first;
      let least = times[heap[first]!]!;
      const end = Math.min(first + 4, heap.length);
      for (let child = first + 1; child < end; child++) {
        const other = times[heap[child]!]!;
        if (other < least) {
          least = other;
          below = child;
        }
      }
      if (least >= time) break;
      const child = heap[below]!;
      heap[place] = child;
      places[child] = place;
      place = below;
    }
    heap[place] = source;
    places[source] = place;
  }
}
