import type { Profile } from "../../sim/profile.ts";
import type { Bound, Capacity } from "../../sim/sweep/capacity.ts";
import type { FoundFlip } from "../../sim/sweep/flip-search.ts";
import type { FlipTask } from "../../sim/sweep/flips.ts";
import type { Sweep } from "../../sim/sweep/sweep.ts";
import type { Unit, UnitResult } from "../../sim/sweep/unit.ts";

/** What every worker gets once, when it starts: tasks hold only indices into it. */
export interface WorkerInputs {
  readonly sweep: Sweep;
  /** One for all that is swept, or one for each of its pipelines. */
  readonly profiles: readonly Profile[];
}

/** What a worker is asked, by kind. */
export interface Tasks {
  readonly units: readonly Unit[];
  readonly flip: FlipTask;
  readonly capacity: { readonly unit: Unit; readonly bound: Bound };
}

/** What it answers. */
export interface Answers {
  readonly units: readonly UnitResult[];
  readonly flip: FoundFlip;
  readonly capacity: Capacity;
}

export type Kind = keyof Tasks;

/** One message to a worker. */
export type Task = { [K in Kind]: { readonly kind: K; readonly of: Tasks[K] } }[Kind];
