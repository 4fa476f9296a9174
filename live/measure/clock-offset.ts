import type { ClockOffset } from "../../sim/trace.ts";
import { EXACT } from "../../sim/trace.ts";
import { bootId, now } from "../stage/clock.ts";
import type { PodClient } from "./pod-client.ts";

const ROUND_TRIPS = 16;

/**
 * Offset of a pod's monotonic clock to this process's, by round trips over gRPC: the one of least delay tells most, its half
 * is the bound (Mills, RFC 5905, section 8 and its clock filter). Pods on this very kernel share its clock: exact.
 */
export async function clockOffset(pod: PodClient): Promise<ClockOffset> {
  const here = bootId();
  let best: ClockOffset = { seconds: 0, bound: Number.POSITIVE_INFINITY };
  for (let i = 0; i < ROUND_TRIPS; i++) {
    const begin = now();
    const reply = await pod.probe(0);
    const end = now();
    if (here !== "" && reply.bootId === here) return EXACT;
    const bound = (end - begin - (reply.sent - reply.received)) / 2;
    if (bound < best.bound) best = { seconds: (begin + end) / 2 - (reply.received + reply.sent) / 2, bound };
  }
  return best;
}
