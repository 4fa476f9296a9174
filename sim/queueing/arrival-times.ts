import { RandomStream } from "../engine/random.ts";
import { type Distribution, Variates } from "./distribution.ts";
import type { Arrivals } from "./line.ts";

/** When jobs arrive, seconds, in turn. */
export class ArrivalTimes {
  readonly #trace: ArrayLike<number> | null;
  readonly #gaps: Variates;
  #now = 0;
  #used = 0;

  constructor(arrivals: Exclude<Arrivals, { readonly kind: "saturated" }>, seed: number) {
    this.#trace = arrivals.kind === "trace" ? arrivals.times : null;
    this.#gaps = new Variates(gapOf(arrivals), new RandomStream(seed, "arrivals"));
  }

  next(): number {
    if (this.#trace !== null) return this.#trace[this.#used++]!;
    this.#now += this.#gaps.next();
    return this.#now;
  }

  /** The next times of the sequence, as many as `out` holds (not to be mixed with `next`). */
  fill(out: Float64Array): void {
    if (this.#trace !== null) {
      for (let i = 0; i < out.length; i++) out[i] = this.#trace[this.#used++]!;
      return;
    }
    this.#gaps.fill(out);
    let now = this.#now;
    for (let i = 0; i < out.length; i++) {
      now += out[i]!;
      out[i] = now;
    }
    this.#now = now;
  }
}

function gapOf(arrivals: Exclude<Arrivals, { readonly kind: "saturated" }>): Distribution {
  if (arrivals.kind === "poisson") return { kind: "exponential", mean: 1 / arrivals.rate };
  return arrivals.kind === "renewal" ? arrivals.gap : { kind: "deterministic", value: 0 };
}
