import { availableParallelism } from "node:os";
import { join } from "node:path";
import { RandomStream } from "../../sim/engine/random.ts";
import { type Cell, topologyOf } from "../../sim/matrix/cell.ts";
import { matrixExperiments } from "../../sim/matrix/experiments.ts";
import { nominalProfile } from "../../sim/nominal-profile.ts";
import type { Plan } from "../../sim/plan.ts";
import { predict } from "../../sim/predict.ts";
import { shuffled } from "../../sim/statistics/shuffled.ts";
import { summarise } from "../../sim/summarise.ts";
import type { Summary } from "../../sim/summary.ts";
import type { Trace } from "../../sim/trace.ts";
import { processes } from "../clusters/processes.ts";
import { obtainProfile } from "../obtain-profile.ts";
import { withBar } from "../progress.ts";
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
  /** Measure stages and links even where a kept profile would do. */
  readonly fresh: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Of nominal costs, each one number, a second replication is the first. */
const NOMINAL_REPLICATIONS = 1;

/** The work of the matrix' cells, on this machine. @param pipelines by name, those of all cells. */
export function cellWork(pipelines: ReadonlyMap<string, Bench>, options: CellWorkOptions): CellWork {
  const { runs, folder, fresh, signal, say } = options;
  const code = codeDigests();
  const machine = digestOf(JSON.stringify(machineOf()));
  const benchOf = (cell: Cell): Bench => {
    const bench = pipelines.get(cell.pipeline)!;
    const topology = topologyOf(bench.topology, cell);
    return { ...bench, topology, experiments: matrixExperiments(topology, bench.kernels) };
  };
  return {
    digests: (cell) => ({
      ...code,
      "the topology": digestOf(JSON.stringify([pipelines.get(cell.pipeline)!.topology, cell])),
      "this machine": machine,
    }),

    async prepare(cell) {
      const bench = benchOf(cell);
      const profile = await withBar("calibrate", (progress) =>
        obtainProfile(bench, { runs, fresh, signal, progress, say }),
      );
      const predicted = await withBar("predict", (progress) => predictAll(bench, profile, signal, progress));
      const order = shuffled(predicted, new RandomStream(bench.topology.workload.seed, "order of plans", cell.name));
      return { profile, plans: withNominal(bench, order) };
    },

    async run(cell, prepared, plans, onPlan) {
      const { topology, baseDirectory } = benchOf(cell);
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
      await withBar("run", ({ update }) => runPlans(plans, { ...settings, onProgress: update }));
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
    calibrated: prediction,
    uncalibrated: predict(plan, nominal, NOMINAL_REPLICATIONS),
  }));
}
