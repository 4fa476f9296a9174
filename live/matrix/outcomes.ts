import { compare } from "../../sim/compare/compare.ts";
import { TOLERANCE } from "../../sim/compare/tolerance.ts";
import type { Cell } from "../../sim/matrix/cell.ts";
import type { CellOutcome } from "../../sim/matrix/outcome.ts";
import { ArtefactError } from "../artefacts.ts";
import { emulatedIn } from "../workbench.ts";
import { CellStore, type PreparedPlan } from "./store.ts";

/** What a finished cell's folder tells. @throws ArtefactError if a part of it is missing or can't be read. */
export function outcomeOf(cell: Cell, runs: string): CellOutcome {
  const store = new CellStore(runs, cell.name);
  const prepared = store.prepared();
  if (prepared === null) throw new ArtefactError(`${store.folder}: cell.json: no such file`);
  const { profile, plans } = prepared;
  const measured = new Map(
    plans.map(({ plan }) => {
      const summaries = store.runs(plan.id);
      if (summaries === null) throw new ArtefactError(`${store.folder}: plan ${plan.id} was not run to its end`);
      return [plan.id, summaries] as const;
    }),
  );
  if (!prepared.concluded) throw new ArtefactError(`${store.folder}: it was not measured after its runs`);
  const compared = (of: (plan: PreparedPlan) => PreparedPlan["uncalibrated"]) =>
    compare({
      name: cell.name,
      created: profile.created,
      pairs: plans.map((one) => ({ plan: one.plan, measured: measured.get(one.plan.id)!, prediction: of(one) })),
      tolerance: TOLERANCE,
      emulated: emulatedIn(plans.map(({ plan }) => plan)),
    });
  return {
    cell,
    concluded: profile.created,
    fingerprint: profile.fingerprint,
    comparison: compared(({ calibrated }) => calibrated),
    beforehand: compared(({ beforehand }) => beforehand),
    uncalibrated: compared(({ uncalibrated }) => uncalibrated),
    runs: Object.fromEntries(measured),
    verdicts: Object.fromEntries(plans.map(({ plan, calibrated }) => [plan.id, calibrated.verdict])),
  };
}
