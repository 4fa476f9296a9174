import { TERMS } from "../../sim/compare/measured.ts";
import type { Cell } from "../../sim/matrix/cell.ts";
import { MATRIX_LINKS } from "../../sim/matrix/cell.ts";
import type { CellOutcome } from "../../sim/matrix/outcome.ts";
import type { Plan, PlanLoad } from "../../sim/plan.ts";
import type { Interval, Prediction } from "../../sim/prediction.ts";
import type { Fingerprint } from "../../sim/profile.ts";
import type { Summary } from "../../sim/summary.ts";
import { type LoadVerdict, verdictAt } from "../../sim/verdict.ts";
import { comparisonOf, plan, prediction, SATURATED, SPLITS, type Spec, summary } from "../compare/fixture.ts";

export const CELL: Cell = {
  name: "thesis-1gbit-256x256",
  pipeline: "thesis",
  link: MATRIX_LINKS[1]!,
  size: { height: 256, width: 256 },
};

export const FINGERPRINT: Fingerprint = {
  cluster: "processes",
  image: "",
  machines: [],
  hostname: "box",
  platform: "linux",
  arch: "x64",
  cpu: "A Processor",
  cores: 2,
  memoryBytes: 8 * 2 ** 30,
  kernel: "6.1",
  tuning: "",
  node: "v24.0.0",
  edgetwin: "0.1.0",
  vectors: "relaxed",
  code: "0",
  subject: "0",
};

/** By how much the twin is off, as factors of what was measured. */
export interface Off {
  readonly throughput?: number;
  readonly latency?: number;
  /** A pod and term that the twin gets wrong instead: `conv/compute`. */
  readonly term?: readonly [name: string, factor: number];
}

export interface CellSpec {
  readonly cell?: Cell;
  /** Loads as shares of the measured capacity, besides saturation. */
  readonly shares?: readonly number[];
  readonly placements?: readonly Omit<Spec, "size" | "load">[];
  /** Of a plan; exact where left out. */
  readonly off?: (spec: Spec) => Off;
  /** Runs of a plan, each this factor of the plan's figures; one exact run where left out. */
  readonly repeats?: readonly number[];
  readonly beforehand?: Off;
  readonly uncalibrated?: Off;
}

/** A cell in which measured figures are known, and predictions are off from them by what is given. */
export function outcome({
  cell = CELL,
  shares = [0.5, 0.8, 0.95],
  placements = [
    ...SPLITS.map((split) => ({ split, candidate: split !== "SSSS" })),
    { split: "EEEE", grouping: [2, 2] },
  ],
  off = () => ({}),
  repeats = [1],
  beforehand = { latency: 0.95 },
  uncalibrated = { throughput: 2, latency: 0.5 },
}: CellSpec = {}): CellOutcome {
  const size = [cell.size.height, cell.size.width] as const;
  const specs = placements.flatMap((placement) => {
    const capacity = summary(plan({ ...placement, size, load: SATURATED })).throughput;
    const loads: PlanLoad[] = shares.map((share) => ({
      kind: "rate",
      rate: share * capacity,
      label: `${Number((100 * share).toPrecision(3))}%`,
    }));
    return [SATURATED, ...loads].map((load): Spec & { capacity: number } => ({ ...placement, size, load, capacity }));
  });
  const verdicts: Record<string, LoadVerdict> = {};
  const pairsWith = (of: (spec: Spec) => Off) =>
    specs.map((spec) => {
      const made = plan(spec);
      const { load } = spec;
      verdicts[made.id] = load.kind === "saturated" ? "saturated" : verdictAt(load.rate, spec.capacity);
      const measured = repeats.map((factor) => scaled(summary(made), { throughput: factor, latency: factor }));
      return { plan: made, measured, prediction: predicted(made, of(spec)) };
    });
  return {
    cell,
    concluded: "2026-01-02T03:04:05Z",
    fingerprint: FINGERPRINT,
    comparison: comparisonOf(pairsWith(off)),
    beforehand: comparisonOf(pairsWith(() => beforehand)),
    uncalibrated: comparisonOf(pairsWith(() => uncalibrated)),
    runs: Object.fromEntries(pairsWith(off).map(({ plan, measured }) => [plan.id, measured])),
    verdicts,
  };
}

/** With intervals of 3 % to either side. */
function predicted(made: Plan, off: Off): Prediction {
  const base = prediction(made);
  const figures = scaled(base, off);
  const around = (value: number): Interval => [value * 0.97, value * 1.03];
  const { mean, p50, p95, p99 } = figures.latency;
  const latency = { mean: around(mean), p50: around(p50), p95: around(p95), p99: around(p99) };
  return { ...base, ...figures, interval: { throughput: around(figures.throughput), latency } };
}

/** A summary with its figures multiplied, and with a term that is off in the mean latency. */
function scaled(of: Summary, { throughput = 1, latency = 1, term }: Off): Summary {
  const terms = of.terms.map((pod) => ({
    ...pod,
    ...Object.fromEntries(
      TERMS.map((name) => [name, pod[name] * latency * (term?.[0] === `${pod.pod}/${name}` ? term[1] : 1)]),
    ),
  }));
  const added = terms.reduce(
    (sum, pod, i) => sum + TERMS.reduce((inner, name) => inner + pod[name] - of.terms[i]![name] * latency, 0),
    0,
  );
  const { mean, p50, p95, p99 } = of.latency;
  const figure = (seconds: number) => seconds * latency + added;
  return {
    ...of,
    throughput: of.throughput * throughput,
    latency: { mean: figure(mean), p50: figure(p50), p95: figure(p95), p99: figure(p99) },
    terms,
  };
}
