import type { Comparison, Figures } from "../comparison.ts";
import type { Plan, Variant } from "../plan.ts";
import type { Bottleneck, Prediction } from "../prediction.ts";
import type { PodTerms } from "../summary.ts";
import { isMonolith, isOnePodPerStage, lightestLoad, onlyLetter, placementOf, sameSize, sizesOf } from "./label.ts";

export type Side = "measured" | "predicted";

/** What a plan achieved, by measurement or by prediction. */
export interface Result extends Figures {
  readonly ccr: number;
  readonly terms: readonly PodTerms[];
  readonly utilisation: readonly { readonly pod: string; readonly value: number }[];
}

/** What is known of one plan: the twin's word, and the testbed's where it ran. */
export interface Outcome extends Variant {
  readonly split: string;
  readonly pods: number;
  readonly grouping: string;
  /** [height, width] */
  readonly size: readonly [number, number];
  readonly load: string;
  /** Offered rate, frames/s; `null` when saturated. */
  readonly rate: number | null;
  readonly measured: Result | null;
  readonly predicted: Result & { readonly bottleneck: Bottleneck };
}

export function outcomesOf(comparison: Comparison): readonly Outcome[] {
  return comparison.plans;
}

export function outcomesOfPredictions(
  pairs: readonly { readonly plan: Plan; readonly prediction: Prediction }[],
): readonly Outcome[] {
  return pairs.map(({ plan, prediction }) => ({
    ...placementOf(plan),
    pods: plan.pods.length,
    size: [plan.size.height, plan.size.width],
    load: plan.workload.load.label,
    rate: plan.workload.load.kind === "rate" ? plan.workload.load.rate : null,
    measured: null,
    predicted: prediction,
  }));
}

/** The outcomes of a run, with the questions that the findings ask of them. */
export class Outcomes {
  /** Each split once at a size and load: with frames as they are and no workers, if it ran that way. */
  readonly all: readonly Outcome[];
  readonly everything: readonly Outcome[];
  /** Fewest pixels first. */
  readonly sizes: readonly (readonly [number, number])[];
  /** Letters of the nodes in use, in order of appearance. */
  readonly letters: readonly string[];
  readonly #light: string | null;

  constructor(everything: readonly Outcome[]) {
    const all = everything.filter((one, i) =>
      everything.every((other, j) => i === j || !areTwins(one, other) || comesFirst(one, i, other, j)),
    );
    this.everything = everything;
    this.all = all;
    this.sizes = sizesOf(all);
    this.letters = [...new Set(all.flatMap(({ split }) => [...split.replace("monolith@", "")]))];
    this.#light = lightestLoad(all);
  }

  /** Outcomes at a size, under saturation or at the lightest load that the run has. */
  at(size: readonly [number, number], load: "saturated" | "light"): readonly Outcome[] {
    return this.all.filter(
      (outcome) =>
        sameSize(outcome.size, size) &&
        (load === "saturated" ? outcome.rate === null : outcome.rate !== null && outcome.load === this.#light),
    );
  }

  /** Plans with one pod per stage. */
  splits(size: readonly [number, number], load: "saturated" | "light"): readonly Outcome[] {
    return this.at(size, load).filter((outcome) => isOnePodPerStage(outcome) && !isMonolith(outcome));
  }

  monolith(size: readonly [number, number], load: "saturated" | "light", letter: string): Outcome | undefined {
    return this.at(size, load).find((outcome) => isMonolith(outcome) && onlyLetter(outcome) === letter);
  }

  /** One pod per stage, all on one node. */
  pipeline(size: readonly [number, number], load: "saturated" | "light", letter: string): Outcome | undefined {
    return this.splits(size, load).find((outcome) => onlyLetter(outcome) === letter);
  }
}

/** They differ in nothing but their variant. */
export function areTwins(a: Outcome, b: Outcome): boolean {
  return a.split === b.split && a.grouping === b.grouping && sameSize(a.size, b.size) && a.load === b.load;
}

/** Of two variants the plainer one, else the one that is listed first. */
function comesFirst(one: Variant, i: number, other: Variant, j: number): boolean {
  const rank = ({ compression, workers }: Variant) => (compression === "none" ? 0 : 1000) + workers;
  return rank(one) < rank(other) || (rank(one) === rank(other) && i < j);
}

/** Mean seconds of compute per frame, summed over pods. */
export function computeOf(result: Result): number {
  return result.terms.reduce((sum, pod) => sum + pod.compute, 0);
}
