import { costsOf } from "../../sim/model/costs.ts";
import { type Pipeline, pipeline } from "../../sim/pipeline/pipeline.ts";
import type { LinkSpec, PipelineSpec } from "../../sim/pipeline/spec.ts";
import type { Interval } from "../../sim/prediction.ts";
import { type SimulatedRun, simulate } from "../../sim/simulate.ts";

export type LineSpec = PipelineSpec;

/** The plan of a line, and the profile that prices it. */
export function line(spec: LineSpec): Pipeline {
  return pipeline({ name: "fixture", ...spec });
}

/** Runs a line with the calibration's samples as they are. */
export function run(spec: LineSpec, replication = 0): SimulatedRun {
  const { plan, profile } = line(spec);
  return simulate(plan, costsOf(plan, profile, null), replication);
}

/** Two nodes, each on a host of its own with 64 cores, and one link between them. */
export function apart(link: Omit<LinkSpec, "between">): Pick<LineSpec, "nodes" | "hosts" | "links"> {
  return {
    nodes: [
      { name: "edge", host: "small" },
      { name: "server", host: "big" },
    ],
    hosts: { small: 64, big: 64 },
    links: [{ between: ["edge", "server"], ...link }],
  };
}

/** Samples of an exponential distribution: its quantiles at equal steps of probability, so that the mean is right. */
export function exponential(mean: number, count: number): number[] {
  const raw = Array.from({ length: count }, (_, i) => -Math.log(1 - (i + 0.5) / count));
  const sum = raw.reduce((total, value) => total + value, 0);
  return raw.map((value) => (value * mean * count) / sum);
}

/** When the last frame left the line, seconds after its beginning. */
export function makespan({ trace }: SimulatedRun): number {
  return trace.pods.at(-1)!.end.at(-1)!;
}

/** Utilisation of a host or link. */
export function utilisationOf({ resources }: SimulatedRun, name: string): number {
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`no resource ${name} in ${resources.map((one) => one.name).join(", ")}`);
  return found.value;
}

export function isIn([low, high]: Interval, value: number): boolean {
  return low <= value && value <= high;
}
