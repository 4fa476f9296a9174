import { type Placement, placementOf } from "../compare/label.ts";
import { withLoad } from "../compile.ts";
import { planLoad } from "../load.ts";
import { type Plan, undisturbed } from "../plan.ts";
import { predict } from "../predict.ts";
import type { Bottleneck, Interval } from "../prediction.ts";
import type { Profile } from "../profile.ts";
import { percentileInterval } from "../statistics/bootstrap.ts";
import { mean } from "../statistics/moments.ts";
import { clearUntil, findCrossing, type LeadAt } from "./crossing.ts";
import type { Lead } from "./decide.ts";
import { type Figure, type Replicates, replicate } from "./replicate.ts";

/** What a plan's latency has to keep. */
export interface Bound {
  readonly figure: Exclude<Figure, "throughput">;
  readonly seconds: number;
}

/** The highest rate at which a plan keeps a bound, and what stands in the way of a higher one. */
export interface Capacity extends Placement {
  readonly plan: string;
  /** Frames per second; `null`: at no rate. */
  readonly rate: number | null;
  /** 95 %; an end that is `null` is not within 2 % to 100 % of what the plan carries. `null`: as the rate is. */
  readonly interval: readonly [low: number | null, high: number | null] | null;
  /** Frames per second that the plan carries when saturated and nothing happens. */
  readonly carried: number;
  /** `bound`: latency grows beyond it. `throughput`: in runs of this length it is kept up to what the plan carries. `never`: it is broken by an empty line. */
  readonly limit: "bound" | "throughput" | "never";
  readonly bottleneck: Bottleneck;
  /** The figure where it is lowest, seconds, and the largest part of the mean latency there; of what never keeps the bound. */
  readonly lowest: { readonly seconds: number; readonly part: string; readonly partSeconds: number } | null;
}

/** Shares of what a plan carries at which its latency is looked at first. Threads that wait longer are colder: it need not fall with the rate. */
const SHARES = [1, 0.97, 0.92, 0.84, 0.7, 0.5, 0.3, 0.15, 0.07, 0.02];
/** The search's unit is so small a share of what the plan carries. */
const STEPS = 16;

/**
 * The highest rate (open loop) at which a figure of a plan's latency keeps a bound, whatever happens during its runs and however
 * its frames arrive: the first share of what it carries when nothing does, from the top, that keeps it, then refined between that
 * and the one above, every rate with the same random numbers. The interval is that of the rates at which single replications differ
 * in whether the bound is kept.
 *
 * @throws ProfileError if the profile lacks a cost; RangeError unless the bound is above 0.
 */
export function capacityOf(plan: Plan, profile: Profile, bound: Bound, replications: number): Capacity {
  if (!(bound.seconds > 0)) throw new RangeError(`bound.seconds(=${bound.seconds}) should be above 0`);
  // A source that drops would keep any latency: what it carries is asked for.
  const { buffer: _buffer, ...workload } = plan.workload;
  const saturated = { ...plan, workload };
  const full = replicate(undisturbed(saturated), profile, replications);
  const carried = mean(full.samples.throughput);
  const planAt = (rate: number) => withLoad(saturated, planLoad({ kind: "rate", rate }));
  const seen = new Map<number, Replicates>();
  const slack = (at: number): Lead => {
    const run = replicate(planAt((at / STEPS) * carried), profile, replications);
    seen.set(at, run);
    return slackOf(run, bound);
  };
  const known: LeadAt[] = [];
  for (const share of SHARES) {
    const at = share * STEPS;
    known.unshift({ at, lead: slack(at) });
    const { lead } = known[0]!;
    // Below a rate that keeps it beyond doubt there is nothing to look for.
    if (lead.mean >= 0 && lead.interval[0] > 0) break;
  }
  const common = { plan: saturated.id, ...placementOf(saturated), carried };
  const rate = (place: number | null) => (place === null ? null : (place / STEPS) * carried);
  const highest = known.findLastIndex(({ lead }) => lead.mean >= 0);
  if (highest === -1) {
    const best = known.reduce((a, b) => (b.lead.mean > a.lead.mean ? b : a));
    const { bottleneck } = seen.get(best.at)!;
    const lowest = {
      seconds: bound.seconds - best.lead.mean,
      ...largestPart(planAt((best.at / STEPS) * carried), profile, replications),
    };
    return { ...common, rate: null, interval: null, limit: "never", bottleneck, lowest };
  }
  if (highest === known.length - 1) {
    const [low, high] = percentileInterval([...full.samples.throughput].sort((a, b) => a - b)) as Interval;
    // It is kept on average; some replications may break it at lower rates.
    const kept = rate(clearUntil(known, slack));
    const interval = [kept === null ? null : Math.min(kept, low), high] as const;
    return { ...common, rate: carried, interval, limit: "throughput", bottleneck: full.bottleneck, lowest: null };
  }
  const { at, interval } = findCrossing(upFrom(known, highest), slack);
  const nearest = [...seen.keys()].reduce((a, b) => (Math.abs(b - at) < Math.abs(a - at) ? b : a));
  return {
    ...common,
    rate: rate(at),
    interval: [rate(interval[0]), rate(interval[1])],
    limit: "bound",
    bottleneck: seen.get(nearest)!.bottleneck,
    lowest: null,
  };
}

/** The places whose sign changes at the highest rate that keeps the bound: what is broken below it doesn't count. */
function upFrom(known: readonly LeadAt[], highest: number): readonly LeadAt[] {
  return known.filter(({ lead }, i) => i >= highest || lead.mean >= 0);
}

/** By how much a bound is kept, replication by replication. */
function slackOf({ samples }: Replicates, { figure, seconds }: Bound): Lead {
  const slack = samples[figure].map((value) => seconds - value);
  return { mean: mean(slack), interval: percentileInterval(slack.sort((a, b) => a - b)) };
}

/** The term and pod in which a frame spends most of its time. */
function largestPart(plan: Plan, profile: Profile, replications: number) {
  const { terms } = predict(plan, profile, replications);
  const parts = terms.flatMap(({ pod, link, decode, queue, compute, send }) =>
    Object.entries({ link, decode, queue, compute, send }).map(([term, seconds]) => {
      const part = term === "link" ? `the way to ${pod}` : `${term} in ${pod}`;
      return { part, partSeconds: seconds };
    }),
  );
  return parts.reduce((a, b) => (b.partSeconds > a.partSeconds ? b : a));
}
