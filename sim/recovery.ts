import { spanOf } from "./disturbance.ts";
import { counterparts } from "./model/schedule.ts";
import type { Plan } from "./plan.ts";
import { median } from "./statistics/quantile.ts";
import type { Trace } from "./trace.ts";

/** A frame is late that takes longer by this share than frames around it do without the disturbance. */
const LATE = 1.1;
/** So many frames on either side are those around one. */
const AROUND = 8;
/** Fewer late frames than this among the next ones are chance, by which one run and another differ. */
const FEW = 3;
const AMONG = 9;

/** What disturbances did to a run. */
export interface Recovery {
  /**
   * Seconds from the end of the last disturbance until frames take no longer than without; 0 if they do not by then, `Infinity` if
   * they still do when the run ends, `NaN` if that was before the disturbance.
   */
  readonly seconds: number;
  /** Frames after warm-up that were late. */
  readonly delayed: number;
  /** Frames that were due and not delivered, at most, since the first disturbance; and without any. */
  readonly backlog: number;
  readonly usual: number;
}

/**
 * Compares a run of a plan that has disturbances with one that has none but the same costs and random numbers: before the first
 * disturbance they are the same, so what differs is what it did. A frame is late if its latency is more than 10 % above the highest
 * of the 17 frames around it there; that of a burst is compared with those that are due at its time.
 * @throws RangeError if the plan has no disturbances.
 */
export function recoveryOf(plan: Plan, disturbed: Trace, calm: Trace): Recovery {
  const spans = (plan.disturbances ?? []).map(spanOf);
  if (spans.length === 0) throw new RangeError(`plan ${plan.id} should have disturbances`);
  const times = timesOf(disturbed);
  const usual = highestAround(timesOf(calm));
  const like = counterparts(plan, disturbed.scheduled);
  return recovery(times, spans, disturbed.warmup, {
    latency: (n) => usual[like[n]!]!,
    backlog: (from) => largestBacklog(timesOf(calm), from, Number.POSITIVE_INFINITY),
  });
}

/**
 * The same of a run on the testbed, which can't be had again without what happened: what is usual is told of its frames that were
 * delivered before anything did, those of the warm-up, too, as the median of what is the highest latency around each of them; and
 * when anything did, by what was really done. `seconds` is `NaN`, too, where there are no such frames.
 */
export function measuredRecovery(trace: Trace): Recovery {
  const spans = trace.happened ?? [];
  // The run was over before.
  if (spans.length === 0) return { seconds: Number.NaN, delayed: 0, backlog: 0, usual: 0 };
  const from = Math.min(...spans.map((span) => span.from));
  const { due, delivered } = timesOf(trace);
  const calm = [...delivered.keys()].filter((n) => delivered[n]! < from);
  const before = {
    due: Float64Array.from(calm, (n) => due[n]!),
    delivered: Float64Array.from(calm, (n) => delivered[n]!),
  };
  const usual = calm.length === 0 ? Number.NaN : median(highestAround(before));
  const found = recovery({ due, delivered }, spans, trace.warmup, {
    latency: () => usual,
    backlog: () => largestBacklog(before, Number.NEGATIVE_INFINITY, from),
  });
  return calm.length === 0 ? { ...found, seconds: Number.NaN } : found;
}

/** When frames are due and delivered, by one clock, seconds; `NaN` of one that was dropped, or of which that is not known. */
interface Times {
  readonly due: Float64Array;
  readonly delivered: Float64Array;
}

function timesOf({ scheduled, pods }: Trace): Times {
  const [source, last, before] = [pods[0]!, pods.at(-1)!, pods.at(-2)];
  const due = scheduled.map((time) => time + source.clock.seconds);
  const delivered = last.end.map((time, n) => {
    if (!Number.isNaN(time) || before === undefined) return time + last.clock.seconds;
    // The last pod was killed since, and its record of this frame went with it: the pod before it was told.
    return before.acked[n]! + before.clock.seconds;
  });
  return { due, delivered };
}

interface Usual {
  /** Of a frame, seconds. */
  readonly latency: (frame: number) => number;
  /** Frames that are due and not delivered, at most, from a time on. */
  readonly backlog: (from: number) => number;
}

function recovery(
  times: Times,
  spans: readonly { readonly from: number; readonly until: number }[],
  warmup: number,
  usual: Usual,
): Recovery {
  const [from, until] = [Math.min(...spans.map((span) => span.from)), Math.max(...spans.map((span) => span.until))];
  const { due, delivered } = times;
  const late = Array.from(delivered, (time, n) => time - due[n]! > LATE * usual.latency(n));
  const finish = delivered.reduce(
    (last, time) => (Number.isNaN(time) ? last : Math.max(last, time)),
    Number.NEGATIVE_INFINITY,
  );
  return {
    seconds: finish < from ? Number.NaN : secondsUntil(times, late, until),
    delayed: late.filter((is, n) => is && n >= warmup).length,
    backlog: largestBacklog(times, from, Number.POSITIVE_INFINITY),
    usual: usual.backlog(from),
  };
}

/** From `until` on until the first frame is delivered that is not late, nor those after it, but for chance. */
function secondsUntil({ due, delivered }: Times, late: readonly boolean[], until: number): number {
  // What is late begins with frames that are there while the disturbance is.
  let next = late.findLastIndex((is, n) => is && due[n]! <= until) + 1;
  if (next === 0) return 0;
  const waits = (n: number) =>
    Number.isNaN(delivered[n]!) || late[n]! || late.slice(n, n + AMONG).filter(Boolean).length >= FEW;
  while (next < late.length && waits(next)) next++;
  return next === late.length ? Number.POSITIVE_INFINITY : Math.max(0, delivered[next]! - until);
}

/** Of each frame, the highest latency of those around it. */
function highestAround({ due, delivered }: Times): Float64Array {
  return delivered.map((_, n) => {
    let highest = 0;
    for (let m = Math.max(0, n - AROUND); m <= Math.min(delivered.length - 1, n + AROUND); m++) {
      const latency = delivered[m]! - due[m]!;
      if (latency > highest) highest = latency;
    }
    return highest;
  });
}

/** Frames that are due and not delivered, at most, from a time to another; of those that are delivered at all. */
function largestBacklog({ due, delivered }: Times, from: number, to: number): number {
  const known = [...due.keys()].filter((n) => !Number.isNaN(due[n]! + delivered[n]!));
  const comes = known.map((n) => due[n]!).sort((a, b) => a - b);
  const goes = known.map((n) => delivered[n]!).sort((a, b) => a - b);
  let [most, gone] = [0, 0];
  for (const [n, time] of comes.entries()) {
    if (time >= to) break;
    // What is delivered when another comes due is no longer there, nor what is before it is looked at.
    const at = Math.max(time, from);
    while (gone < goes.length && goes[gone]! <= at) gone++;
    const since = n + 1 < comes.length ? comes[n + 1]! : Number.POSITIVE_INFINITY;
    if (since > from) most = Math.max(most, n + 1 - gone);
  }
  return most;
}
