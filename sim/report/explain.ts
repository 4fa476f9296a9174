import { labelOf, sizeLabel } from "../compare/label.ts";
import type { PlanComparison, Tolerance } from "../comparison.ts";
import { formatBottleneck, formatRate, formatSeconds, formatShare } from "./format.ts";

/** Terms are named until they account for this share of the sum of magnitudes, or there are so many. */
const EXPLAINED = 0.8;
const MOST_TERMS = 3;

/** `EESS 256x256 at 50%` */
export function planName(plan: PlanComparison): string {
  return `${labelOf(plan)} ${sizeLabel(plan.size)} ${plan.rate === null ? plan.load : `at ${plan.load}`}`;
}

/**
 * Why a plan misses its tolerance, by term: `EESS 256x256 at 50%: p50 predicted 18.0 % low (...); conv/queue accounts for
 * -1.20 ms of -1.50 ms in the mean latency.`
 */
export function explain(plan: PlanComparison, tolerance: Tolerance): string {
  const { error, measured, predicted } = plan;
  const misses = [
    Math.abs(error.throughput) > tolerance.throughput
      ? `throughput predicted ${lowOrHigh(error.throughput)} ` +
        `(${formatRate(predicted.throughput)} against ${formatRate(measured.throughput)})`
      : null,
    Math.abs(error.latency.p50) > tolerance.p50
      ? `p50 predicted ${lowOrHigh(error.latency.p50)} ` +
        `(${formatSeconds(predicted.latency.p50)} against ${formatSeconds(measured.latency.p50)})`
      : null,
  ].filter((text) => text !== null);
  if (misses.length === 0) return `${planName(plan)}: within tolerance.`;
  return `${planName(plan)}: ${misses.join(", ")}; ${termsText(plan)}.${saturationText(plan)}${spreadText(plan)}`;
}

function termsText({ attribution, measured, predicted }: PlanComparison): string {
  const total = attribution.reduce((sum, { seconds }) => sum + Math.abs(seconds), 0);
  const named: string[] = [];
  let explained = 0;
  for (const { pod, term, seconds } of attribution) {
    if (named.length === MOST_TERMS || explained >= EXPLAINED * total) break;
    explained += Math.abs(seconds);
    named.push(`${pod}/${term} ${named.length === 0 ? "accounts for " : ""}${formatSeconds(seconds, { sign: true })}`);
  }
  const error = predicted.latency.mean - measured.latency.mean;
  if (named.length === 0) return "no term of the mean latency differs";
  return `${named.join(", ")} of ${formatSeconds(error, { sign: true })} in the mean latency`;
}

function saturationText({ saturation, rate, measured, predicted }: PlanComparison): string {
  if (saturation === "overloaded" && rate !== null) {
    const outcome = measured.dropped
      ? "and its source dropped the rest."
      : "so its latency grows with the length of the run.";
    return ` The real pipeline was overloaded: it delivered ${formatRate(measured.throughput)} of ${formatRate(rate)} offered, ${outcome}`;
  }
  if (saturation === "saturated") {
    return ` Saturated, so the slowest cycle sets the pace; what limits it by the twin's account: ${formatBottleneck(predicted.bottleneck)}.`;
  }
  return "";
}

/** A measurement that scatters as much as the prediction misses says little against the prediction. */
function spreadText({ measured: { spread, repeats }, error }: PlanComparison): string {
  const noisy = spread !== null && spread.latency.p50 >= Math.abs(error.latency.p50) / 2 && spread.latency.p50 > 0.02;
  return noisy ? ` The ${repeats} runs themselves differ by ±${formatShare(spread.latency.p50)} in p50.` : "";
}

function lowOrHigh(error: number): string {
  return `${formatShare(Math.abs(error))} ${error < 0 ? "low" : "high"}`;
}
