import type { Bound, Capacity } from "../../sim/sweep/capacity.ts";
import type { Sweep } from "../../sim/sweep/sweep.ts";
import { coordinatesOf, plansAt } from "../../sim/sweep/sweep.ts";
import { unitsOf } from "../../sim/sweep/unit.ts";
import type { FrameSize } from "../../sim/topology/catalogue.ts";
import type { Overrides } from "../../sim/topology/overrides.ts";
import { withBar } from "../progress.ts";
import { openSweep, type PrepareOptions, prepare, REPLICATIONS } from "./open.ts";
import { Workers } from "./workers.ts";

export interface CapacitySettings extends Omit<PrepareOptions, "progress"> {
  readonly overrides: Overrides;
  readonly bound: Bound;
  readonly replications?: number;
}

/** A capacity with the size of the frames that it is of. */
export interface SizedCapacity extends Capacity {
  readonly size: readonly [height: number, width: number];
  /** False: a stage stands where the topology does not allow it; a baseline. */
  readonly allowed: boolean;
}

/** The highest rate that keeps a bound, for every split of a topology at every size. */
export async function capacities(file: string, settings: CapacitySettings): Promise<SizedCapacity[]> {
  const { overrides, bound, replications = REPLICATIONS, signal } = settings;
  // Any load with a rate: what happens at rates only is not refused.
  const opened = await openSweep(file, { ...overrides, loads: "100%" }, []);
  const inputs = await withBar("calibrate", (progress) => prepare(opened, replications, { ...settings, progress }));
  const { sweep } = inputs;
  const tasks = unitsOf(sweep).map((unit) => ({ unit, bound }));
  await using workers = new Workers(inputs, signal, tasks.length);
  const found: SizedCapacity[] = [];
  await withBar("capacity", async (bar) => {
    for await (const capacity of workers.inOrder("capacity", tasks)) {
      const { size, allowed } = planOf(sweep, tasks[found.length]!.unit);
      found.push({ ...capacity, size: [size.height, size.width], allowed });
      bar.update(found.length / tasks.length, capacity.plan);
    }
  });
  return found;
}

function planOf(
  sweep: Sweep,
  { point, candidate }: { point: number; candidate: number },
): { size: FrameSize; allowed: boolean } {
  const { size, candidate: allowed } = plansAt(sweep, coordinatesOf(sweep, point))[candidate]!;
  return { size, allowed };
}
