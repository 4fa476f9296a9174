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
  const at = (share: number) => {
    // Without interpolation, as there is nothing between a time and never.
    const seconds = times[Math.min(times.length - 1, Math.floor(share * times.length))];
    return seconds === undefined || seconds === Number.POSITIVE_INFINITY ? null : seconds;
  };
  return {
    seconds: at(0.5),
    interval: [at(0.025), at(0.975)],
    recovered: mean(recoveries.map(({ seconds }) => (Number.isFinite(seconds) ? 1 : 0))),
    delayed: middle(({ delayed }) => delayed),
    backlog: middle(({ backlog }) => backlog),
    usualBacklog: middle(({ usual }) => usual),
    reached: reached.length > 0,
  };
}
