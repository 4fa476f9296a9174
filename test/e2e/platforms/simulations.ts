/** What every platform has to compute to the last bit alike: nothing but `sim/` and the language itself. */
import { hash } from "../../../sim/engine/hash.ts";
import * as sim from "../../../sim/index.ts";

const { costsOf, pipeline, RandomStream, simulateLine } = sim;

const JOBS = 20_000;
const exponential = { kind: "exponential", mean: 1 } as const;

const LINES: Readonly<Record<string, sim.Line>> = {
  tandem: { arrivals: { kind: "poisson", rate: 0.8 }, stations: [1, 2, 3, 4].map(() => ({ service: exponential })) },
  blocking: {
    arrivals: { kind: "saturated" },
    stations: [1, 5, 3, 1].map((mean, j) => ({
      service: { kind: "lognormal", mean, cv: 0.2 },
      ...(j > 0 ? { buffer: 2 } : {}),
    })),
  },
  "blocking before service": {
    arrivals: { kind: "renewal", gap: { kind: "uniform", low: 0.5, high: 2 } },
    stations: [{ service: { kind: "erlang", mean: 1, phases: 3 } }, { service: exponential, buffer: 1 }],
    blocking: "before-service",
  },
  "many servers": {
    arrivals: { kind: "poisson", rate: 17 },
    stations: [
      { service: { kind: "lognormal", mean: 1, cv: 2 }, servers: 20 },
      { service: exponential, servers: 30 },
    ],
  },
};

const split: sim.PipelineSpec = {
  nodes: [
    { name: "edge", host: "camera", cpus: 0.5 },
    { name: "gateway", host: "gateway", speed: 0.4 },
    { name: "server", host: "rack" },
  ],
  hosts: { camera: 1, gateway: 2, rack: 1 },
  links: [
    { between: ["edge", "gateway"], bandwidth: 3e6, delay: 0.004, residuals: [0, 0.001, 0.0003] },
    { between: ["gateway", "server"], bandwidth: 1.1e6, delay: 0.007 },
  ],
  pods: [
    { cpu: [0.003, 0.004, 0.0061] },
    { cpu: [0.007, 0.011] },
    { node: "gateway", cpu: [0.005, 0.009, 0.0013] },
    { node: "server", cpu: [0.006, 0.021] },
    { node: "server", stages: [[0.003, 0.004], 0.002] },
  ],
  bytes: [90_000, 30_000, 30_000, 7000],
  windows: [4, 3, 2, 5],
  waited: { idle: 1.1, cold: 1.7 },
  receive: [0.0011, 0.0009],
  send: [0.0004, 0.0007],
  handover: [0.0002, 0.0003],
  loopback: [0.0005, 0.0001],
  acknowledgement: [0.0003, 0.0004],
  lateness: [0, 0.0002],
  frames: 300,
  warmup: 60,
};

const VARIANTS: Readonly<Record<string, Partial<sim.PipelineSpec>>> = {
  saturated: {},
  "at a rate": { rate: 23.7 },
  workers: { workers: { count: 2, begin: [0.0001, 0.0003], notice: [0.0002, 0.0001] } },
  zstd: { zstd: { bytes: [21_000, 34_567, 18_001], compress: [0.002, 0.003], decompress: 0.001 }, rate: 19 },
};

/** What may happen to a pipeline besides, which one engine alone knows of. */
const HAPPENING: Readonly<Record<string, (plan: sim.Plan) => sim.Plan>> = {
  disturbances: (plan) => ({
    ...plan,
    disturbances: [
      { link: ["gateway", "server"], bandwidth: { share: 0.3 }, from: 2, until: 4 },
      { node: "server", speed: { share: 0.5 }, from: 5, until: 6.5 },
      { node: "gateway", restart: 0.7, at: 7 },
      { burst: 12, at: 9 },
    ],
  }),
  "uneven arrivals": (plan) => ({ ...plan, workload: { ...plan.workload, arrivals: { kind: "poisson" } } }),
  "dropped frames": (plan) => ({
    ...plan,
    workload: { ...plan.workload, arrivals: { kind: "on-off", on: 1.3, off: 0.6 }, buffer: 3 },
  }),
};

/** Digests by what they are of. @param seed Of all random streams. */
export function digests(seed: number): Record<string, string> {
  const all: Record<string, unknown> = {};
  for (const [name, line] of Object.entries(LINES)) {
    all[`line, ${name}`] = simulateLine(line, { jobs: JOBS, seed });
    all[`line, ${name}, by events`] = simulateLine(line, { jobs: JOBS, seed, engine: "events" });
  }
  for (const [name, variant] of Object.entries(VARIANTS)) {
    const { plan, profile } = pipeline({ ...split, ...variant, seed });
    all[`trace, ${name}`] = sim.simulate(plan, costsOf(plan, profile, 3), 1);
    all[`summary, ${name}`] = sim.simulateSummary(plan, costsOf(plan, profile, 3), 1);
    all[`prediction, ${name}`] = sim.predict(plan, profile, 5);
  }
  for (const [name, happening] of Object.entries(HAPPENING)) {
    const { plan, profile } = pipeline({ ...split, rate: 23.7, seed });
    const happens = happening(plan);
    all[`trace, ${name}`] = sim.simulate(happens, costsOf(happens, profile, 3), 1);
    all[`prediction, ${name}`] = sim.predict(happens, profile, 5);
  }
  const { plan, profile } = pipeline({ ...split, seed });
  all.capacity = sim.capacityOf(plan, profile, { figure: "p95", seconds: 0.2 }, 4);
  all.fleet = sim.simulateFleet(
    Array.from({ length: 12 }, (_, i) => {
      const nodes = split.nodes!.map((node) => (node.name === "edge" ? { ...node, host: `camera-${i}` } : node));
      const { plan, profile } = pipeline({ ...split, nodes, hosts: { gateway: 2, rack: 4 }, rate: 3, seed });
      return { name: `camera ${i}`, plan, costs: costsOf(plan, profile, null) };
    }),
    0,
  );
  Object.assign(all, statistics(seed));
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, digest(value)]));
}

function statistics(seed: number): Record<string, unknown> {
  const stream = new RandomStream(seed, "platforms", 1);
  const draws = Float64Array.from({ length: 30_000 }, (_, i) =>
    [stream.uniform(), stream.normal(1, 2), stream.exponential(2), stream.lognormal(3, 0.4), stream.integer(1e9)].at(
      i % 5,
    ),
  );
  const times = draws.map(Math.abs);
  const sketch = new sim.QuantileSketch();
  for (const time of times) sketch.add(time);
  const few = times.subarray(0, 400);
  return {
    "random numbers": draws,
    sketch: [0.01, 0.5, 0.9, 0.99, 0.9999].map((p) => sketch.quantile(p)),
    "batch means": sim.batchMeans(few, new Float64Array(400).fill(1)),
    "mean's interval": sim.intervalOfMeans(few),
    bootstrap: sim.percentileInterval(sim.bootstrap(few, sim.mean, stream, 50)),
    "rank correlation": sim.kendallTauB(few, times.subarray(400, 800)),
    recursion: sim.windowRecursion(times.slice(0, 300).sort(), [times.subarray(0, 300), few.subarray(0, 300)], [3]),
    theory: [sim.mmc(17, 1, 20), sim.mg1(0.7, 1, 0.3), sim.mg1Sharing(0.9, 1), sim.closedLineBounds([1, 2, 3], 4)],
  };
}

/** Of every number and string in a value, with the names under which they are. */
function digest(value: unknown): string {
  const parts: (string | number)[] = [];
  collect(value, parts);
  return hash(parts)
    .map((word) => (word >>> 0).toString(16).padStart(8, "0"))
    .join("");
}

function collect(value: unknown, parts: (string | number)[]): void {
  // NaN has many bit patterns, and 0 two, of which the hash takes one.
  if (typeof value === "number") parts.push(Number.isNaN(value) || Object.is(value, -0) ? `number ${value}` : value);
  else if (ArrayBuffer.isView(value)) for (const item of value as Float64Array) collect(item, parts);
  else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      parts.push(name);
      collect(item, parts);
    }
  } else parts.push(String(value));
}
