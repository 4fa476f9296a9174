import { Arena } from "../engine/arena.ts";
import { QuantileSketch } from "../statistics/quantile-sketch.ts";
import type { LatencySummary } from "../summary.ts";

/** Latencies that are looked at together: the sketches of many lines are far from each other, and from all that a line needs otherwise. */
const FEW = 16;

/** Latencies of frames after warm-up, seconds. */
export class Latencies {
  /** The last ones, from `#at` on. */
  readonly #block: Float64Array;
  readonly #at: number;
  #kept = 0;
  #sum = 0;
  readonly #sketch: QuantileSketch;

  /**
   * @param exact Frames up to which quantiles are exact; left out: as of a {@link QuantileSketch}.
   * @param arena Of what they are the latencies of.
   */
  constructor(exact?: number, arena = new Arena()) {
    this.#at = arena.take(FEW);
    this.#block = arena.block;
    this.#sketch = new QuantileSketch(exact);
  }

  add(seconds: number): void {
    this.#block[this.#at + this.#kept++] = seconds;
    if (this.#kept === FEW) this.#settle();
  }

  /** Adds so many of `seconds`, from `at` on. */
  addAll(seconds: Float64Array, at: number, count: number): void {
    this.#settle();
    this.#take(seconds, at, count);
  }

  /** Adds those that are only kept so far. */
  #settle(): void {
    this.#take(this.#block, this.#at, this.#kept);
    this.#kept = 0;
  }

  #take(all: Float64Array, at: number, count: number): void {
    for (let i = at; i < at + count; i++) {
      const seconds = all[i]!;
      this.#sum += seconds;
      this.#sketch.add(seconds);
    }
  }

  /** Adds all of another. */
  merge(other: Latencies): void {
    this.#settle();
    other.#settle();
    this.#sum += other.#sum;
    this.#sketch.merge(other.#sketch);
  }

  /** Of one frame at least. */
  summary(): LatencySummary {
    this.#settle();
    const sketch = this.#sketch;
    return {
      mean: this.#sum / sketch.count,
      p50: sketch.quantile(0.5),
      p95: sketch.quantile(0.95),
      p99: sketch.quantile(0.99),
    };
  }
}
