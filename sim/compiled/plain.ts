import { mayDrop } from "../plan.ts";
import type { Samples } from "../model/costs.ts";
import type { Priced } from "../model/pod-maker.ts";

/** Up to here twice a frame and one bit, and the places of samples, are 32-bit integers. */
const FRAMES = 2 ** 28;
const SAMPLES = 2 ** 21;

/**
 * A plan that the compiled engine knows all of: without workers, limits, compression, drops and disturbances; and of costs that the other
 * engine would not refuse.
 */
export function isPlain({ plan, costs }: Priced): boolean {
  const { workers, disturbances, nodes, workload } = plan;
  if (workers > 0 || disturbances !== undefined || mayDrop(plan) || workload.frames > FRAMES) return false;
  if (nodes.some(({ cpus, quota }) => (cpus ?? quota) !== undefined)) return false;
  if (![...costs.cores.values()].every((cores) => cores > 0 && cores < Number.POSITIVE_INFINITY)) return false;
  const pods = costs.pods.every(({ compute, receive, send, handover, compress, decompress }) => {
    if (compress !== null || decompress !== null) return false;
    const threads = [compute, receive, send].flatMap(({ busy, idle, cold }) => [busy, idle, cold]);
    return [...threads, handover.idle, handover.cold].every((samples) => within(samples, 0));
  });
  const hops = costs.hops.every(({ bandwidth, delay, acknowledgement, payload, relayCpuPerByte }) => {
    if (!(bandwidth > 0 && relayCpuPerByte >= 0 && relayCpuPerByte < Number.POSITIVE_INFINITY)) return false;
    return [delay.idle, delay.cold, acknowledgement, payload].every((samples) => within(samples, 0));
  });
  return pods && hops && within(costs.lateness, Number.NEGATIVE_INFINITY);
}

/** There are some, all finite and none below `least`. */
function within(samples: Samples, least: number): boolean {
  if (samples.length === 0 || samples.length > SAMPLES) return false;
  for (let i = 0; i < samples.length; i++)
    if (!(samples[i]! >= least && Math.abs(samples[i]!) < Number.POSITIVE_INFINITY)) return false;
  return true;
}
