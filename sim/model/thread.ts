import { exp } from "../engine/elementary.ts";
import type { RandomStream } from "../engine/random.ts";
import { uniformOf } from "../engine/xoshiro.ts";
import type { Gaps } from "../profile.ts";

/** What a thread did before: a number, as it indexes what it costs. */
export const BUSY = 0;
export const IDLE = 1;
export const COLD = 2;
export type ThreadState = typeof BUSY | typeof IDLE | typeof COLD;

/** By gaps, which all pods of a plan have in common. */
const coolings = new WeakMap<Gaps, Cooling>();

/** Gaps, and what follows from them. */
export interface Cooling extends Gaps {
  /** How far a thread goes cold from `idle` to `cold`, as a share of how far it ever does. */
  readonly span: number;
}

/** Of gaps, once. */
export function coolingOf(gaps: Gaps): Cooling {
  let known = coolings.get(gaps);
  if (known === undefined) {
    const { idle, cold, cooling } = gaps;
    known = { idle, cold, cooling, span: 1 - exp((idle - cold) / cooling) };
    coolings.set(gaps, known);
  }
  return known;
}

/** Tells what threads are by the time that they have waited. */
export class Waiting {
  readonly #gaps: Cooling;
  /** State of its random stream. */
  readonly #words: Int32Array;
  readonly #state: number;

  constructor(gaps: Gaps, stream: RandomStream) {
    this.#gaps = coolingOf(gaps);
    const { words, at } = stream.state;
    this.#words = words;
    this.#state = at;
  }

  /**
   * What a thread is that has waited for `gap` seconds: idle, or cold if that is long. In between either, so that on average it
   * costs what one does that goes cold exponentially.
   */
  after(gap: number): typeof IDLE | typeof COLD {
    const { idle, cold, cooling, span } = this.#gaps;
    if (gap <= idle) return IDLE;
    if (gap >= cold) return COLD;
    return uniformOf(this.#words, this.#state) * span < 1 - exp((idle - gap) / cooling) ? COLD : IDLE;
  }
}
