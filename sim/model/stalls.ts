import type { RandomStream } from "../engine/random.ts";
import { integerOf, uniformOf } from "../engine/xoshiro.ts";
import type { StallCost } from "../profile.ts";
import type { Luck } from "./luck.ts";
import type { Samples } from "./measured-cost.ts";

/** A shorter sleep does not stall, seconds: a virtual CPU polls for so long before it halts (Linux: `guest_halt_poll_ns`). */
export const LEAST_SLEEP = 0.2e-3;

/** Late by so many seconds a sleep has stalled: as a rule it is late by some microseconds (`sleepUntil` learns what it oversleeps). */
export const STALLED = 0.3e-3;

/** How often a sleep ends late, and by how much. */
export interface StallSamples {
  /** Of a sleep. */
  readonly probability: number;
  /** Seconds, each equally likely. */
  readonly seconds: Samples;
}

/**
 * As it was measured, or as it may be. A host has bad moments in which stalls are thirty times as frequent, and a run is about as short
 * as one: it is drawn whose rate a run meets. The rate of rare events of which n were counted has, by Jeffreys' prior, a gamma
 * distribution of shape n + 1/2 (Gelman et al., Bayesian Data Analysis, section 2.8), which is what n exponential numbers and half the
 * square of a normal one add up to.
 * @param looks at one moment each.
 */
export function stallsOf(looks: readonly StallCost[], luck: Luck | null): StallSamples | null {
  const seconds = looks.flatMap((look) => look.seconds);
  // None is known of, nor how long one would be.
  if (seconds.length === 0) return null;
  if (luck === null)
    return { probability: seconds.length / looks.reduce((sum, { sleeps }) => sum + sleeps, 0), seconds };
  const stream = luck.stream("stalls");
  const met = looks[stream.integer(looks.length)]!;
  const normal = stream.normal();
  let sum = (normal * normal) / 2;
  for (let i = 0; i < met.seconds.length; i++) sum += stream.exponential(1);
  return { probability: Math.min(1, sum / met.sleeps), seconds };
}

/** Stalls of one that sleeps again and again. */
export class Stalls {
  readonly #probability: number;
  readonly #seconds: Samples;
  readonly #words: Int32Array;
  readonly #state: number;

  constructor({ probability, seconds }: StallSamples, { state }: RandomStream) {
    this.#probability = probability;
    this.#seconds = seconds;
    this.#words = state.words;
    this.#state = state.at;
  }

  /** Seconds by which the next sleep ends late; mostly 0. */
  next(): number {
    if (uniformOf(this.#words, this.#state) >= this.#probability) return 0;
    return this.#seconds[integerOf(this.#words, this.#state, this.#seconds.length)]!;
  }
}
