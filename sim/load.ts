import type { PlanLoad } from "./plan.ts";
import type { Load } from "./topology/topology.ts";

/** A line that delivers less than this share of what is offered has not kept up. */
export const KEPT_UP = 0.97;

/** The load as the topology file writes it: `saturated`, `50%`, `30/s`. */
export function loadLabel(load: Load): string {
  switch (load.kind) {
    case "saturated":
      return "saturated";
    case "fraction":
      return `${Number((load.fraction * 100).toPrecision(12))}%`;
    case "rate":
      return `${load.rate}/s`;
  }
}

/**
 * The load of a plan. A fraction becomes a rate and keeps its label.
 *
 * @param capacity Frames/s that the plan delivers when saturated; only a fraction needs it.
 * @throws RangeError if the load is a fraction and the capacity is not a positive finite number.
 */
export function planLoad(load: Load, capacity?: number): PlanLoad {
  const label = loadLabel(load);
  if (load.kind === "saturated") return { kind: "saturated", label };
  if (load.kind === "rate") return { kind: "rate", rate: load.rate, label };
  if (capacity === undefined || !(capacity > 0 && Number.isFinite(capacity)))
    throw new RangeError(
      `a load of ${label} needs the plan's capacity, a positive number of frames/s, got ${capacity}`,
    );
  return { kind: "rate", rate: load.fraction * capacity, label };
}
