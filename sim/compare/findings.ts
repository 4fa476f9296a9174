import type { Comparison } from "../comparison.ts";
import type { Plan } from "../plan.ts";
import type { Prediction } from "../prediction.ts";
import { type Finding, findingOf } from "./finding.ts";
import { communicationClaims } from "./findings/communication.ts";
import { monolithClaims } from "./findings/monolith.ts";
import { podsClaims } from "./findings/pods.ts";
import { splitsClaims } from "./findings/splits.ts";
import { compressionClaims, workersClaims } from "./findings/variants.ts";
import { type Outcome, Outcomes, outcomesOf, outcomesOfPredictions } from "./outcome.ts";

/** The thesis' findings (E1..E6 and what it concludes from them), then those on compression and on workers, checked on measurement and prediction. */
export function findingsOf(comparison: Comparison): readonly Finding[] {
  return check(outcomesOf(comparison));
}

/** The same on predictions alone: `holds` is then the twin's word. */
export function findingsOfPredictions(
  pairs: readonly { readonly plan: Plan; readonly prediction: Prediction }[],
): readonly Finding[] {
  return check(outcomesOfPredictions(pairs));
}

function check(all: readonly Outcome[]): readonly Finding[] {
  const outcomes = new Outcomes(all);
  const claims = [
    ...monolithClaims(outcomes),
    ...communicationClaims(outcomes),
    ...podsClaims(outcomes),
    ...splitsClaims(outcomes),
  ];
  return [
    ...claims.map(findingOf).sort((a, b) => experiment(a) - experiment(b)),
    ...compressionClaims(outcomes).map(findingOf),
    ...workersClaims(outcomes).map(findingOf),
  ];
}

/** 1 of `E1@S`. */
function experiment({ id }: Finding): number {
  return Number(id[1]);
}
