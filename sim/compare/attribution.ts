import type { PlanComparison } from "../comparison.ts";
import type { PodTerms } from "../summary.ts";
import { TERMS } from "./measured.ts";

/**
 * Where the error of the mean latency comes from: predicted minus measured mean seconds per pod and term, largest magnitude
 * first. The sum over all is predicted minus measured mean latency, as both are sums of their terms.
 */
export function attributionOf(
  predicted: readonly PodTerms[],
  measured: readonly PodTerms[],
): PlanComparison["attribution"] {
  return predicted
    .flatMap((pod, index) => TERMS.map((term) => ({ pod: pod.pod, term, seconds: pod[term] - measured[index]![term] })))
    .sort((a, b) => Math.abs(b.seconds) - Math.abs(a.seconds));
}
