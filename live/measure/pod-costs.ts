import type { CostKind, CostSamples, Reading } from "../../sim/calibration/reading.ts";
import { bytesOf } from "../../sim/frame.ts";
import { computeKey, type PlanStage } from "../../sim/plan.ts";
import type { Thread } from "../../sim/profile.ts";
import { median } from "../../sim/statistics/quantile.ts";
import type { Trace } from "../../sim/trace.ts";
import { acknowledgements, gaps, handovers, lateness, onTheWay, settled } from "./columns.ts";

const THREADS: readonly Thread[] = ["busy", "idle", "cold"];

/** Where something is measured. */
export interface MeasuredOn {
  /** Nodes that have it in some plan, all on one machine. */
  readonly nodes: readonly string[];
  /** All nodes of that machine: what messages cost is the same for them. */
  readonly machine: readonly string[];
}

/**
 * What the runs of a line tell of the pod in it that is measured: the first, if it has the source, else the second.
 * @param alone without other pods, so without messages.
 */
export function podCosts(
  stages: readonly PlanStage[],
  { nodes, machine }: MeasuredOn,
  traces: Readonly<Record<Thread, Trace>>,
  alone: boolean,
): Pick<Reading, "costs" | "gaps"> {
  const { input: shape } = stages[0]!;
  const pod = shape === null ? 0 : 1;
  const waits = { alone, idle: gaps(traces.idle, pod), cold: gaps(traces.cold, pod) };
  const key = computeKey(stages);
  const computes = THREADS.map((thread): CostSamples => {
    return {
      name: { kind: "compute", of: key, nodes, thread, at: 0 },
      samples: settled(traces[thread], pod, "computeCpu"),
    };
  });
  if (alone) return { costs: computes, gaps: waits };
  const output = bytesOf(stages.at(-1)!.output);
  const cost = (kind: CostKind, thread: Thread, at: number, samples: readonly number[]): CostSamples => ({
    name: { kind, of: "", nodes: machine, thread, at },
    samples,
  });
  const messages = THREADS.flatMap((thread) => {
    const trace = traces[thread];
    const costs = [cost("send", thread, output, settled(trace, pod, "sendCpu"))];
    if (thread !== "busy") costs.push(cost("handover", thread, output, handovers(trace, pod)));
    if (shape === null) return costs;
    costs.push(cost("receive", thread, bytesOf(shape), settled(trace, pod, "receiveCpu")));
    if (thread !== "busy") costs.push(cost("loopback", thread, bytesOf(shape), onTheWay(trace, pod)));
    return costs;
  });
  // Over any node's loopback: what comes back is as short everywhere.
  const back: CostSamples[] =
    shape === null
      ? []
      : [
          {
            name: { kind: "acknowledgement", of: "", nodes: [], thread: "idle", at: 0 },
            samples: acknowledgements(traces.idle, pod),
          },
        ];
  return { costs: [...computes, ...messages, ...back], gaps: waits };
}

/**
 * What frames that come at a rate tell of threads that sleep in between: how late the source starts, and what reading costs the
 * pod after it.
 * @param traces at some rates, frames/s.
 */
export function sleeperCosts(
  traces: readonly { readonly rate: number; readonly trace: Trace }[],
): Pick<Reading, "costs" | "cooled"> {
  return {
    costs: traces.map(({ rate, trace }) => ({
      name: { kind: "lateness", of: "", nodes: [], thread: "idle", at: 1 / rate },
      samples: lateness(trace),
    })),
    cooled: traces.map(({ trace }) => ({
      gap: median(gaps(trace, 1)),
      cpu: median(settled(trace, 1, "receiveCpu")),
    })),
  };
}
