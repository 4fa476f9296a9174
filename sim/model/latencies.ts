import { QuantileSketch } from "../statistics/quantile-sketch.ts";
import type { LatencySummary } from "../summary.ts";

/** Latencies of frames after warm-up, seconds. */
export class Latencies {
  readonly #sketch: QuantileSketch;
  #sum = 0;

  /** @param exact frames up to which quantiles are exact; left out: as of a {@link QuantileSketch}. */
  constructor(exact?: number) {
    this.#sketch = new QuantileSketch(exact);
  }

  add(seconds: number): void {
    this.#sum += seconds;
    this.#sketch.add(seconds);
  }

  /** Adds all of another. */
  merge(other: Latencies): void {
    this.#sum += other.#sum;
    this.#sketch.merge(other.#sketch);
  }

  /** Of one frame at least. */
  summary(): LatencySummary {
    const sketch = this.#sketch;
    return {
      mean: this.#sum / sketch.count,
      p50: sketch.quantile(0.5),
      p95: sketch.quantile(0.95),
      p99: sketch.quantile(0.99),
    };
  }
}
