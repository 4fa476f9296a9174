import { spanOf } from "./disturbance.ts";
import { counterparts } from "./model/schedule.ts";
import type { Plan } from "./plan.ts";
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
  const [from, until] = [Math.min(...spans.map((span) => span.from)), Math.max(...spans.map((span) => span.until))];
  const { scheduled } = disturbed;
  const { end } = disturbed.pods.at(-1)!;
  const usual = highestAround(calm);
  const like = counterparts(plan, scheduled);
  const { frames, warmup } = plan.workload;
  const late = Array.from({ length: frames }, (_, n) => end[n]! - scheduled[n]! > LATE * usual[like[n]!]!);
  const finish = end.reduce((last, time) => Math.max(last, time), 0);
  return {
    seconds: finish < from ? Number.NaN : secondsUntil(disturbed, late, until),
    delayed: late.filter((is, n) => is && n >= warmup).length,
    backlog: largestBacklog(disturbed, from),
    usual: largestBacklog(calm, from),
  };
}

/** From `until` on until the first frame is delivered that is not late, nor those after it, but for chance. */
function secondsUntil({ scheduled, pods }: Trace, late: readonly boolean[], until: number): number {
  const { end } = pods.at(-1)!;
  // What is late begins with frames that are there while the disturbance is.
  let next = late.findLastIndex((is, n) => is && scheduled[n]! <= until) + 1;
  if (next === 0) return 0;
  while (next < late.length && (late[next]! || late.slice(next, next + AMONG).filter(Boolean).length >= FEW)) next++;
  return next === late.length ? Number.POSITIVE_INFINITY : Math.max(0, end[next]! - until);
}

/** Of each frame, the highest latency of those around it. */
function highestAround({ pods, scheduled }: Trace): Float64Array {
  const { end } = pods.at(-1)!;
  return end.map((_, n) => {
    let highest = 0;
    for (let m = Math.max(0, n - AROUND); m <= Math.min(end.length - 1, n + AROUND); m++) {
      highest = Math.max(highest, end[m]! - scheduled[m]!);
    }
    return highest;
  });
}

/** Frames that are due and not delivered, at most, from a time on. */
function largestBacklog({ pods, scheduled }: Trace, from: number): number {
  const due = scheduled.toSorted();
  const delivered = pods.at(-1)!.end.toSorted();
  let [most, gone] = [0, 0];
  due.forEach((time, n) => {
    // What is delivered when another comes due is no longer there.
    while (gone < delivered.length && delivered[gone]! <= time) gone++;
    const since = n + 1 < due.length ? due[n + 1]! : Number.POSITIVE_INFINITY;
    if (since > from) most = Math.max(most, n + 1 - gone);
  });
  return most;
}
