import { exp } from "../engine/elementary.ts";
import type { RandomStream } from "../engine/random.ts";
import type { Gaps, Thread } from "../profile.ts";
import type { Samples, ThreadSamples, WaitedSamples } from "./costs.ts";

/** What a thread did before: a number, as it indexes what it costs. */
export const BUSY = 0;
export const IDLE = 1;
export const COLD = 2;
export type ThreadState = typeof BUSY | typeof IDLE | typeof COLD;
const THREADS: readonly Thread[] = ["busy", "idle", "cold"];

/** Tells what threads are by the time that they have waited. */
export class Waiting {
  /** Seconds: all pods of a plan have the same. */
  readonly #gaps: Gaps;
  /** How far a thread goes cold from `idle` to `cold`, as a share of how far it ever does. */
  readonly #span: number;
  readonly #stream: RandomStream;

  constructor(gaps: Gaps, stream: RandomStream) {
    this.#gaps = gaps;
    this.#span = 1 - exp((gaps.idle - gaps.cold) / gaps.cooling);
    this.#stream = stream;
  }

  /**
   * What a thread is that has waited for `gap` seconds: idle, or cold if that is long. In between either, so that on average it
   * costs what one does that goes cold exponentially.
   */
  after(gap: number): typeof IDLE | typeof COLD {
    const { idle, cold, cooling } = this.#gaps;
    if (gap <= idle) return IDLE;
    if (gap >= cold) return COLD;
    return this.#stream.uniform() * this.#span < 1 - exp((idle - gap) / cooling) ? COLD : IDLE;
  }
}

/** By costs, which all pods have in common that cost the same: a fleet has thousands of those. */
const known = new WeakMap<ThreadSamples | WaitedSamples, readonly Float64Array[]>();

/** Samples by the number of what the thread did before. */
function inTurn(samples: ThreadSamples | WaitedSamples): readonly Float64Array[] {
  let all = known.get(samples);
  if (all === undefined) {
    all = THREADS.map((thread) => {
      const of: Samples = thread in samples ? (samples as ThreadSamples)[thread] : samples.idle;
      return of instanceof Float64Array ? of : Float64Array.from(of);
    });
    known.set(samples, all);
  }
  return all;
}

/** Draws costs of one kind, by what the thread did before. */
export class Draws {
  readonly #stream: RandomStream;
  readonly #samples: readonly Float64Array[];

  constructor(stream: RandomStream, samples: ThreadSamples | WaitedSamples) {
    this.#stream = stream;
    this.#samples = inTurn(samples);
  }

  /** Seconds. */
  next(thread: ThreadState): number {
    const samples = this.#samples[thread]!;
    return samples[this.#stream.integer(samples.length)]!;
  }
}
