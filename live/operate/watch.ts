import type { ClockOffset, PodTrace, Trace } from "../../sim/trace.ts";
import { clockOffset } from "../measure/clock-offset.ts";
import type { PodClient } from "../measure/pod-client.ts";
import type { Line } from "./line.ts";
import type { Operation } from "./operation.ts";

/** No more frames than these are looked at in one go: more tell little more, and fetching them takes the pods' time. */
export const WATCHED = 512;

const clocks = new WeakMap<Line, Promise<ClockOffset[]>>();

/**
 * What the pods of a running pipeline recorded of the frames from `first` up to, not including, `end`: as a trace whose frame 0 is `first`.
 * Of frames that other pods made, before a move, the new ones know nothing. @returns `null` if a pod has lost its record.
 */
export async function watched({ line, run }: Operation, first: number, end: number): Promise<Trace | null> {
  const frames = end - first;
  if (frames <= 0) return null;
  const { plan, pods, clients } = line;
  try {
    const offsets = await clocksOf(line, clients);
    const fetched = await Promise.all(clients.map((client, i) => client.trace(run.id, pods[i]!, frames, first)));
    const traces: PodTrace[] = fetched.map(({ trace }, i) => ({ ...trace, clock: offsets[i]! }));
    return {
      plan: plan.id,
      origin: "live",
      repeat: 0,
      frames,
      warmup: 0,
      scheduled: fetched[0]!.scheduled,
      pods: traces,
    };
  } catch {
    return null;
  }
}

function clocksOf(line: Line, clients: readonly PodClient[]): Promise<ClockOffset[]> {
  const known = clocks.get(line) ?? Promise.all(clients.map(clockOffset));
  clocks.set(line, known);
  known.catch(() => clocks.delete(line));
  return known;
}
