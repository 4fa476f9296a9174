/**
 * Mean, variance, smallest and largest of a stream of values, without keeping them: Welford's recurrence (Technometrics 4, 1962),
 * which does not cancel where the mean is large against the spread.
 */
export class Running {
  #count = 0;
  #mean = 0;
  /** Sum of squared deviations from the mean. */
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** Values so far. */
  get count(): number {
    return this.#count;
  }

  /** In the unit of the values; `NaN` if there is none. */
  get mean(): number {
    return this.#count === 0 ? Number.NaN : this.#mean;
  }

  /** Sample variance (divisor n - 1), in the squared unit of the values; `NaN` of fewer than 2. */
  get variance(): number {
    return this.#count < 2 ? Number.NaN : this.#squares / (this.#count - 1);
  }

  /** Square root of the variance. */
  get sd(): number {
    return Math.sqrt(this.variance);
  }

  /** `Infinity` if there is no value. */
  get min(): number {
    return this.#min;
  }

  /** `-Infinity` if there is no value. */
  get max(): number {
    return this.#max;
  }

  /** @throws RangeError if the value is infinite or NaN. */
  add(value: number): void {
    if (!Number.isFinite(value)) throw new RangeError(`value(=${value}) should be finite`);
    const deviation = value - this.#mean;
    this.#count++;
    this.#mean += deviation / this.#count;
    this.#squares += deviation * (value - this.#mean);
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** Adds all values of another, which stays as it is (Chan, Golub & LeVeque, COMPSTAT 1982). */
  merge(other: Running): void {
    const count = this.#count + other.#count;
    if (other.#count === 0) return;
    const deviation = other.#mean - this.#mean;
    this.#squares += other.#squares + deviation * deviation * ((this.#count * other.#count) / count);
    this.#mean += deviation * (other.#count / count);
    this.#count = count;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  /** Forgets all values. */
  reset(): void {
    this.#count = 0;
    this.#mean = 0;
    this.#squares = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = Number.NEGATIVE_INFINITY;
  }
}
