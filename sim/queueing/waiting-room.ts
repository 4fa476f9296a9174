/** Jobs that wait at a station: when each came to the line and to the station, in order of coming. A ring that grows. */
export class WaitingRoom {
  /** Jobs that wait. */
  length = 0;
  #times = new Float64Array(16);
  #mask = 7;
  #head = 0;

  push(arrival: number, entry: number): void {
    if (this.length > this.#mask) this.#grow();
    const at = 2 * ((this.#head + this.length) & this.#mask);
    this.#times[at] = arrival;
    this.#times[at + 1] = entry;
    this.length++;
  }

  /** When the first came to the line. */
  get arrival(): number {
    return this.#times[2 * this.#head]!;
  }

  /** When the first came to the station. */
  get entry(): number {
    return this.#times[2 * this.#head + 1]!;
  }

  /** The first one goes. */
  drop(): void {
    this.#head = (this.#head + 1) & this.#mask;
    this.length--;
  }

  #grow(): void {
    const longer = new Float64Array(2 * this.#times.length);
    const first = this.#times.subarray(2 * this.#head);
    longer.set(first);
    longer.set(this.#times.subarray(0, 2 * this.#head), first.length);
    this.#times = longer;
    this.#head = 0;
    this.#mask = 2 * this.#mask + 1;
  }
}
