import { compilePlan } from "../../sim/compile.ts";
import { madeProfile } from "../../sim/pipeline/made-profile.ts";
import { computeKey, type Plan } from "../../sim/plan.ts";
import type { Profile } from "../../sim/profile.ts";
import { parseAxes } from "../../sim/sweep/axes.ts";
import type { Axis } from "../../sim/sweep/axis.ts";
import { type Sweep, sweepOf } from "../../sim/sweep/sweep.ts";
import { parseTopology } from "../../sim/topology/parse.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import { FAKE } from "../topology/catalogue.ts";

/** An edge and a server, each on a host of its own. @param rest stages, and splits. */
function onTwoHosts(name: string, bandwidth: string, rest: string): Promise<Topology> {
  const text = `apiVersion: edgetwin/v1
name: ${name}
hosts: { small: { cores: 4 }, big: { cores: 4 } }
nodes:
  edge: { letter: E, host: small }
  server: { letter: S, host: big }
links:
  - { between: [edge, server], bandwidth: ${bandwidth}, delay: 1 ms }
workload: { sizes: [100], frames: 60, warmup: 10, window: 4, seed: 7 }
${rest}`;
  return parseTopology(text, `${name}.yaml`, FAKE);
}

/** Two stages: EE, ES and SS, of which SS is not allowed. */
export const TWO: Topology = await onTwoHosts(
  "two",
  "100 Mbit/s",
  `stages:
  - { name: source, kernel: noise, nodes: [edge] }
  - { name: relu, kernel: relu }
`,
);

/** Three stages, of which a pool's size changes what it and the one behind it do. */
export const POOLED: Topology = await onTwoHosts(
  "pooled",
  "8 Mbit/s",
  `stages:
  - { name: source, kernel: noise, nodes: [edge] }
  - { name: pool, kernel: pool, size: 2 }
  - { name: blur, kernel: blur, size: 3 }
splits: [ESS, EES, EEE]
`,
);

export { FAKE };

/** Seconds that a stage takes on a node, as samples. */
export type CostOf = (stages: readonly string[], node: string) => readonly number[];

/** A profile that prices plans: computing as said, messages and all else nothing, links as their topology has them. */
export function profileOf(topology: Topology, plans: readonly Plan[], costOf: CostOf): Profile {
  const crossing = plans.find(({ hops }) => hops.length > 0) ?? plans[0]!;
  const measuredCores = Object.fromEntries(topology.hosts.map(({ name, cores }) => [name, cores ?? 4]));
  const spec = { pods: crossing.pods.map(() => ({})), links: topology.links, measuredCores };
  const computes = plans.flatMap(({ pods }) =>
    pods.flatMap(({ stages }) =>
      topology.nodes.map(({ name: node }) => {
        const names = stages.map(({ name }) => name);
        const cpu = costOf(names, node);
        const [input, output] = [stages[0]!.input, stages.at(-1)!.output];
        return {
          key: computeKey(stages),
          stages: names,
          node,
          input,
          output,
          cpu: { busy: cpu, idle: cpu, cold: cpu },
        };
      }),
    ),
  );
  return { ...madeProfile(spec, crossing), computes };
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
): Promise<{ readonly sweep: Sweep; readonly axes: readonly Axis[]; readonly profiles: readonly [Profile] }> {
  const axes = await parseAxes(topology, sets, FAKE);
  const sweep = sweepOf(topology, axes, replications, FAKE);
  return { sweep, axes, profiles: [profileOf(topology, sweep.plans.flat(), costOf)] };
}

export function planOfTwo(split: string): Plan {
  const load = { kind: "saturated", label: "saturated" } as const;
  return compilePlan(TWO, FAKE, { split, size: { height: 100, width: 100 }, load });
}
