import { compilePlan } from "../../sim/compile.ts";
import { computeKey, type Plan } from "../../sim/plan.ts";
import { PROFILE_VERSION, type Profile, type Thread, UNMEASURED } from "../../sim/profile.ts";
import { parseAxes } from "../../sim/sweep/axes.ts";
import type { Axis } from "../../sim/sweep/axis.ts";
import { type Sweep, sweepOf } from "../../sim/sweep/sweep.ts";
import { parseTopology } from "../../sim/topology/parse.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import { FAKE } from "../topology/catalogue.ts";

/** Two stages on an edge and a server, each on a host of its own: EE, ES and SS, of which SS is not allowed. */
export const TWO: Topology = await parseTopology(
  `apiVersion: edgetwin/v1
name: two
hosts: { small: { cores: 4 }, big: { cores: 4 } }
nodes:
  edge: { letter: E, host: small }
  server: { letter: S, host: big }
links:
  - { between: [edge, server], bandwidth: 100 Mbit/s, delay: 1 ms }
stages:
  - { name: source, kernel: noise, nodes: [edge] }
  - { name: relu, kernel: relu }
workload: { sizes: [100], frames: 60, warmup: 10, window: 4, seed: 7 }
`,
  "two.yaml",
  FAKE,
);

export { FAKE };

/** Seconds that a stage takes on a node, as samples. */
export type CostOf = (stages: readonly string[], node: string) => readonly number[];

const THREADS: readonly Thread[] = ["busy", "idle", "cold"];

/** A profile that prices plans: computing as said, messages and all else nothing, links as their topology has them. */
export function profileOf(topology: Topology, plans: readonly Plan[], costOf: CostOf): Profile {
  const nodes = topology.nodes.map(({ name }) => name);
  const waited = ["idle", "cold"] as const;
  return {
    version: PROFILE_VERSION,
    topology: topology.name,
    created: "2026-01-01T00:00:00Z",
    fingerprint: {
      hostname: "fixture",
      platform: "linux",
      arch: "x64",
      cpu: "none",
      cores: 4,
      memoryBytes: 2 ** 30,
      kernel: "0",
      node: "v24.0.0",
      edgetwin: "0",
      vectors: "simd128",
      code: "fixture",
      subject: "fixture",
    },
    gaps: { idle: 0.01, cold: 0.1 },
    calibration: UNMEASURED,
    hosts: topology.hosts.map(({ name, cores }) => ({ host: name, cores: cores ?? 4 })),
    computes: plans
      .flatMap(({ pods }) => pods)
      .flatMap(({ stages }) =>
        nodes.map((node) => {
          const names = stages.map(({ name }) => name);
          const cpu = costOf(names, node);
          return {
            key: computeKey(stages),
            stages: names,
            node,
            input: stages[0]!.input,
            output: stages.at(-1)!.output,
            cpu: { busy: cpu, idle: cpu, cold: cpu },
          };
        }),
      ),
    messages: nodes.flatMap((node) =>
      THREADS.flatMap((thread) =>
        (["receive", "send"] as const).map((direction) => ({ node, direction, thread, bytes: 1000, cpu: [0] })),
      ),
    ),
    handovers: nodes.flatMap((node) => waited.map((thread) => ({ node, thread, bytes: 1000, seconds: [0] }))),
    loopbacks: nodes.flatMap((node) => waited.map((thread) => ({ node, thread, bytes: 1000, seconds: [0] }))),
    links: topology.links.map(({ between, bandwidth, delay }) => ({
      between,
      bandwidth,
      delay,
      residuals: { idle: [0], cold: [0] },
      receive: waited.map((thread) => ({ thread, bytes: 1000, cpu: [0] })),
      send: waited.map((thread) => ({ thread, bytes: 1000, cpu: [0] })),
      cpuPerByte: 0,
    })),
    compressions: [],
    wakeUps: [],
    acknowledgement: [0],
    lateness: [{ interval: 1, seconds: [0] }],
  };
}

/** Computing 10 ms at the edge and 2 ms on the server, a tenth of that for the source. */
export const STEADY: CostOf = (stages, node) => {
  const one = node === "edge" ? 10e-3 : 2e-3;
  return [stages.reduce((sum, stage) => sum + (stage === "source" ? one / 10 : one), 0)];
};

/** A sweep of `TWO`. */
export async function sweepOfTwo(
  sets: readonly string[],
  { topology = TWO, costOf = STEADY, replications = 4 } = {},
): Promise<{ readonly sweep: Sweep; readonly axes: readonly Axis[]; readonly profile: Profile }> {
  const axes = await parseAxes(topology, sets, FAKE);
  const sweep = sweepOf(topology, axes, replications, FAKE);
  return { sweep, axes, profile: profileOf(topology, sweep.plans.flat(), costOf) };
}

export function planOfTwo(split: string): Plan {
  const load = { kind: "saturated", label: "saturated" } as const;
  return compilePlan(TWO, FAKE, { split, size: { height: 100, width: 100 }, load });
}
