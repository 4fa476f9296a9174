import { exp } from "../engine/elementary.ts";
import type { RandomStream } from "../engine/random.ts";
import type { Gaps } from "../profile.ts";

/** What a thread did before: a number, as it indexes what it costs. */
export const BUSY = 0;
export const IDLE = 1;
export const COLD = 2;
export type ThreadState = typeof BUSY | typeof IDLE | typeof COLD;

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
