import type { Costs, PodCosts, Samples } from "../model/costs.ts";
import { mayDrop, type Plan } from "../plan.ts";

/** Up to here four times a frame, and the place of a sample, are integers of 32 bits. */
const FRAMES = 2 ** 28;
const SAMPLES = 2 ** 21;
/** No sum or product of a few that are no larger is too large for a number. */
const LARGEST = 1e100;

/** Frames whose times are to be laid out in memory, of all lines together: 512 MiB of them. */
export const SCHEDULED = 2 ** 26;

/** True of a plan that the compiled engine knows all of: one without workers, limits, drops and disturbances. */
export function isPlain({ workers, disturbances, nodes, pods, workload }: Plan): boolean {
  if (workers > 0 || disturbances !== undefined || mayDrop({ pods, workload })) return false;
  const { frames, load } = workload;
  if (frames > FRAMES || (load.kind === "rate" && !(load.rate > 1 / LARGEST))) return false;
  return nodes.every(({ cpus, quota }) => (cpus ?? quota) === undefined);
}

/** True of costs that it knows all of: those of frames that are not compressed, with no number among them that the other engine would refuse. */
export function arePlain({ pods, hops, lateness, stalls, gaps, cores }: Costs): boolean {
  if (!pods.every(isPlainPod)) return false;
  for (const { bandwidth, delay, acknowledgement, payload, relayCpuPerByte } of hops) {
    if (!(bandwidth > 1 / LARGEST && isPlainNumber(relayCpuPerByte))) return false;
    for (const samples of [delay.idle, delay.cold, acknowledgement, payload])
      if (!arePlainSamples(samples)) return false;
  }
  for (const count of cores.values()) if (!(count > 1 / LARGEST && count < LARGEST)) return false;
  if (![gaps.idle, gaps.cold, gaps.cooling].every(isPlainNumber)) return false;
  return arePlainSamples(lateness, -LARGEST) && (stalls === null || arePlainSamples(stalls.seconds));
}

function isPlainPod({ compute, receive, send, handover, compress, decompress, emulated }: PodCosts): boolean {
  if (compress !== null || decompress !== null) return false;
  for (const { busy, idle, cold } of [compute, receive, send])
    if (!arePlainSamples(busy) || !arePlainSamples(idle) || !arePlainSamples(cold)) return false;
  if (emulated !== null && ![emulated.receive, emulated.compute, emulated.send].every(isPlainNumber)) return false;
  return arePlainSamples(handover.idle) && arePlainSamples(handover.cold);
}

function isPlainNumber(value: number): boolean {
  return value >= 0 && value < LARGEST;
}

/** There are some, none below `least` and none too large. */
function arePlainSamples(samples: Samples, least = 0): boolean {
  if (samples.length === 0 || samples.length > SAMPLES) return false;
  for (let i = 0; i < samples.length; i++) if (!(samples[i]! >= least && samples[i]! < LARGEST)) return false;
  return true;
}
