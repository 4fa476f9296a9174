import type { PredictedRecovery } from "./prediction.ts";
import type { Recovery } from "./recovery.ts";
import { mean } from "./statistics/moments.ts";
import { quantile } from "./statistics/quantile.ts";

/** Medians over replications, or over runs of the testbed, of which there is one at least; one that does not come back counts as longer than all others. */
export function medianRecovery(recoveries: readonly Recovery[]): PredictedRecovery {
  const middle = (figure: (recovery: Recovery) => number) =>
    quantile(Float64Array.from(recoveries, figure).sort(), 0.5);
  const reached = recoveries.filter(({ seconds }) => !Number.isNaN(seconds));
  const times = Float64Array.from(reached, ({ seconds }) => seconds).sort();
  const finite = (seconds: number) => (Number.isFinite(seconds) ? seconds : null);
  const last = times.length - 1;
  // Without interpolation, as there is nothing between a time and never: of n runs a share p lies below the rank p (n + 1).
  const at = (rank: number) => finite(times[Math.min(last, Math.max(0, rank))] ?? Number.NaN);
  return {
    seconds: times.length === 0 ? null : finite(quantile(times, 0.5)),
    interval: [at(Math.floor(0.025 * (times.length + 1)) - 1), at(Math.ceil(0.975 * (times.length + 1)) - 1)],
    recovered: reached.length === 0 ? 0 : mean(reached.map(({ seconds }) => (Number.isFinite(seconds) ? 1 : 0))),
    delayed: middle(({ delayed }) => delayed),
    backlog: middle(({ backlog }) => backlog),
    usualBacklog: middle(({ usual }) => usual),
    reached: reached.length > 0,
  };
}
