import { availableParallelism } from "node:os";
import { join } from "node:path";
import { RandomStream } from "../../sim/engine/random.ts";
import { planOf } from "../../sim/experiment.ts";
import { type Cell, topologyOf } from "../../sim/matrix/cell.ts";
import { matrixExperiments } from "../../sim/matrix/experiments.ts";
import { unheld } from "../../sim/model/costs.ts";
import { nominalProfile } from "../../sim/nominal-profile.ts";
import type { Plan } from "../../sim/plan.ts";
import { predict } from "../../sim/predict.ts";
import { shuffled } from "../../sim/statistics/shuffled.ts";
import { summarise } from "../../sim/summarise.ts";
import type { Summary } from "../../sim/summary.ts";
import type { Trace } from "../../sim/trace.ts";
import { processes } from "../clusters/processes.ts";
import { obtainProfile, type ProfileOptions, untilPart } from "../obtain-profile.ts";
import { type Progress, SILENT, withBar } from "../progress.ts";
import { describeMachine } from "../stage/describe-machine.ts";
import { runPlans } from "../testbed.ts";
import { type Bench, type Predicted, predictAll } from "../workbench.ts";
import { codeDigests, digestOf } from "./code-digest.ts";
import type { CellWork } from "./run-matrix.ts";
import type { PreparedPlan } from "./store.ts";

export interface CellWorkOptions {
  /** Folder of all runs: profiles are kept in it. */
  readonly runs: string;
  /** Folder of the matrix' results, where logs go too. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Stages and links are measured before a cell's runs, in the middle of them and after them: a host has its moods. */
const PARTS = 3;
/** Of nominal costs, each one number, a second replication is the first. */
const NOMINAL_REPLICATIONS = 1;

/** The work of the matrix' cells, on this machine. @param pipelines by name, those of all cells. */
export function cellWork(pipelines: ReadonlyMap<string, Bench>, options: CellWorkOptions): CellWork {
  const { runs, folder, signal, say } = options;
  const code = codeDigests();
  const machine = digestOf(JSON.stringify(machineOf()));
  const benchOf = (cell: Cell): Bench => {
    const bench = pipelines.get(cell.pipeline)!;
    const topology = topologyOf(bench.topology, cell);
    return { ...bench, topology, experiments: matrixExperiments(topology, bench.kernels) };
  };
  type How = Pick<ProfileOptions, "fresh" | "share" | "budget">;
  const calibrated = (bench: Bench, how: How, progress: Progress) =>
    obtainProfile(bench, { runs, ...how, signal, progress, say });
  const measured = (bench: Bench, how: How) => withBar("calibrate", (bar) => calibrated(bench, how, bar));
  return {
    digests: (cell) => ({
      ...code,
      "the topology": digestOf(JSON.stringify([pipelines.get(cell.pipeline)!.topology, cell])),
      "this machine": machine,
    }),

    async prepare(cell) {
      const bench = benchOf(cell);
      // A kept one is of another time than the runs are.
      const profile = await measured(bench, { fresh: true, share: 1 / PARTS });
      const predicted = await withBar("predict", (progress) => predictAll(bench, profile, signal, progress));
      const order = shuffled(predicted, new RandomStream(bench.topology.workload.seed, "order of plans", cell.name));
      return { concluded: false, profile, plans: withNominal(bench, order) };
    },

    async run(cell, prepared, plans, onPlan) {
      const bench = benchOf(cell);
      const { topology, baseDirectory } = bench;
      const { repeats } = topology.workload;
      const rates = new Map(prepared.plans.map(({ plan, calibrated }) => [plan.id, calibrated.throughput]));
      const summaries = new Map<string, Summary[]>();
      const settings = {
        cluster: processes,
        logs: join(folder, cell.name, "logs"),
        baseDirectory,
        profile: prepared.profile,
        repeats,
        signal,
        expected: (plan: Plan) => rates.get(plan.id)!,
        onTrace: (plan: Plan, trace: Trace) => {
          const all = [...(summaries.get(plan.id) ?? []), summarise(trace)];
          summaries.set(plan.id, all);
          if (all.length === repeats) onPlan(plan, all);
        },
      };
      const halfway = async () => {
        const how = untilPart(prepared.profile, 2, PARTS);
        if (how !== null) await calibrated(bench, how, SILENT);
      };
      await withBar("run", ({ update }) => runPlans(plans, { ...settings, halfway, onProgress: update }));
    },

    async conclude(cell, prepared) {
      const bench = benchOf(cell);
      const how = untilPart(prepared.profile, PARTS, PARTS);
      const profile = how === null ? prepared.profile : await measured(bench, how);
      // In the order of the experiments, whatever order they ran in.
      const ran = new Map(prepared.plans.map(({ plan }) => [plan.id, plan]));
      const plans = bench.experiments.map((experiment) => ran.get(planOf(experiment, () => 1).id)!);
      const predicted = await withBar("predict", (progress) => predictAll(bench, profile, signal, progress, plans));
      const calibratedOf = new Map(predicted.map(({ plan, prediction }) => [plan, prediction]));
      return {
        concluded: true,
        profile,
        plans: prepared.plans.map((one) => ({ ...one, calibrated: calibratedOf.get(one.plan)! })),
      };
    },
  };
}

/** What a fingerprint says of the machine, and not of what is measured on it. */
function machineOf(): object {
  const { machine: hostname, cpu, cores, kernel, node, vectors } = describeMachine({});
  return { hostname, cpu, cores, kernel, node, vectors };
}

/** What one would have said of the plans before measuring anything. */
function withNominal({ topology }: Bench, predicted: readonly Predicted[]): PreparedPlan[] {
  const plans = predicted.map(({ plan }) => plan);
  const nominal = nominalProfile(topology, plans, { cores: availableParallelism() });
  return predicted.map(({ plan, prediction }) => ({
    plan,
    beforehand: prediction,
    calibrated: prediction,
    uncalibrated: predict(unheld(plan), nominal, NOMINAL_REPLICATIONS),
  }));
}
