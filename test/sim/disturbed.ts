import type { Arrivals, Disturbance } from "../../sim/disturbance.ts";
import { costsOf } from "../../sim/model/costs.ts";
import type { Plan } from "../../sim/plan.ts";
import { type SimulatedRun, simulate } from "../../sim/simulate.ts";
import { type LineSpec, line } from "./fixtures.ts";

/** The plan of a line in which something happens. */
export function disturbedPlan(spec: LineSpec, disturbances: readonly Disturbance[], arrivals?: Arrivals): Plan {
  const { plan } = line(spec);
  return {
    ...plan,
    workload: { ...plan.workload, ...(arrivals && { arrivals }) },
    ...(disturbances.length > 0 && { disturbances }),
  };
}

/** Runs it with the calibration's samples as they are. */
export function runDisturbed(
  spec: LineSpec,
  disturbances: readonly Disturbance[],
  arrivals?: Arrivals,
  replication = 0,
): SimulatedRun {
  const plan = disturbedPlan(spec, disturbances, arrivals);
  return simulate(plan, costsOf(plan, line(spec).profile, null), replication);
}

/** When each frame is delivered, seconds. */
export function deliveries(spec: LineSpec, disturbances: readonly Disturbance[]): number[] {
  return [...runDisturbed(spec, disturbances).trace.pods.at(-1)!.end];
}
