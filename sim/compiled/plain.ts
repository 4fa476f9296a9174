import type { Costs, Samples } from "../model/costs.ts";
import { mayDrop, type Plan } from "../plan.ts";

/** Up to here twice a frame and one bit, and the places of samples, are 32-bit integers. */
const FRAMES = 2 ** 28;
const SAMPLES = 2 ** 21;

/** The compiled engine knows all that is in such a plan: it is one without workers, limits, drops and disturbances. */
export function isPlain({ workers, disturbances, nodes, workload, ...plan }: Plan): boolean {
  if (workers > 0 || disturbances !== undefined || mayDrop({ ...plan, workload })) return false;
  return workload.frames <= FRAMES && nodes.every(({ cpus, quota }) => (cpus ?? quota) === undefined);
}

/** And all that is in such costs, which are those of frames that go as they are; and the other engine would not refuse them. */
export function arePlain({ pods, hops, lateness, stalls, cores }: Costs): boolean {
  for (const { compute, receive, send, handover, compress, decompress } of pods) {
    if (compress !== null || decompress !== null) return false;
    for (const { busy, idle, cold } of [compute, receive, send])
      if (!within(busy, 0) || !within(idle, 0) || !within(cold, 0)) return false;
    if (!within(handover.idle, 0) || !within(handover.cold, 0)) return false;
  }
  for (const { bandwidth, delay, acknowledgement, payload, relayCpuPerByte } of hops) {
    if (!(bandwidth > 0 && relayCpuPerByte >= 0 && relayCpuPerByte < Number.POSITIVE_INFINITY)) return false;
    for (const samples of [delay.idle, delay.cold, acknowledgement, payload]) if (!within(samples, 0)) return false;
  }
  for (const count of cores.values()) if (!(count > 0 && count < Number.POSITIVE_INFINITY)) return false;
  return within(lateness, Number.NEGATIVE_INFINITY) && (stalls === null || within(stalls.seconds, 0));
}

/** There are some, all finite and none below `least`. */
function within(samples: Samples, least: number): boolean {
  if (samples.length === 0 || samples.length > SAMPLES) return false;
  for (let i = 0; i < samples.length; i++)
    if (!(samples[i]! >= least && Math.abs(samples[i]!) < Number.POSITIVE_INFINITY)) return false;
  return true;
}
