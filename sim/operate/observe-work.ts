import { computeKey, type Plan } from "../plan.ts";
import type { Profile, Thread } from "../profile.ts";
import { median } from "../statistics/quantile.ts";
import type { PodTrace } from "../trace.ts";

/** What a pod's timers tell of its stages. */
export interface WorkObservation {
  /** `computeKey` of them. */
  readonly key: string;
  readonly node: string;
  /** How many times as long as the profile says they take. */
  readonly ratio: number;
}

/** Frames that tell a ratio, at least. */
const FEWEST = 3;

/**
 * How long the stages of a pod take beside what the profile says: the median over frames of CPU time, each frame beside what the
 * profile has for a thread that waited as long.
 * @param plan of the pods; @param index of the pod. @returns `null` if too few frames were computed, the profile does not know the stages, or
 * the node is emulated: such a machine is what the calibration makes of it, and this one's moods are not its own.
 */
export function observeWork(plan: Plan, index: number, trace: PodTrace, profile: Profile): WorkObservation | null {
  const { stages, node } = plan.pods[index]!;
  const key = computeKey(stages);
  const known = profile.computes.find((cost) => cost.key === key && cost.node === node);
  if (known === undefined) return null;
  if (plan.nodes.find(({ name }) => name === node)!.speed < 1) return null;
  const expected = { busy: median(known.cpu.busy), idle: median(known.cpu.idle), cold: median(known.cpu.cold) };
  const ratios: number[] = [];
  for (let i = 1; i < trace.end.length; i++) {
    const ratio = trace.computeCpu[i]! / expected[threadOf(trace, i, profile)];
    if (ratio > 0) ratios.push(ratio);
  }
  return ratios.length < FEWEST ? null : { key, node, ratio: median(ratios) };
}

/** What the thread did before a frame; of one that is between idle and cold what it is nearer to. */
function threadOf({ start, end, receiveCpu, sendCpu }: PodTrace, i: number, { gaps }: Profile): Thread {
  const gap = start[i]! - end[i - 1]! - receiveCpu[i]! - sendCpu[i]!;
  if (!(gap > gaps.idle / 4)) return "busy";
  return gap * gap < gaps.idle * gaps.cold ? "idle" : "cold";
}
