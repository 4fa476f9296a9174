import type { Cost, LinkSpec, NodeSpec, PipelineSpec, PodSpec } from "./spec.ts";

const COSTS = ["receive", "send", "handover", "loopback", "acknowledgement", "lateness"] as const;

/** @throws RangeError that names the field, its value and what it should be. */
export function checkSpec(spec: PipelineSpec, nodes: readonly NodeSpec[]): void {
  const {
    pods,
    links = [],
    frames = 40,
    warmup = 0,
    seed = 1,
    rate,
    windows,
    bytes,
    zstd,
    workers,
    waited = {},
  } = spec;
  expect(pods.length >= 1, "pods", "[]", "a list of at least one");
  expect(nodes.length >= 1 && nodes.length <= 26, "nodes", `${nodes.length} of them`, "1..26");
  const names = nodes.map(({ name }) => name);
  nodes.forEach((node, i) => {
    expect(names.indexOf(node.name) === i, `nodes[${i}].name`, node.name, "unique");
    checkNode(node, `nodes[${i}]`);
  });
  const known = (name: string, field: string) =>
    expect(names.includes(name), field, name, `one of ${names.join(", ")}`);
  pods.forEach((pod, i) => {
    if (pod.node !== undefined) known(pod.node, `pods[${i}].node`);
    checkPod(pod, `pods[${i}]`);
  });
  links.forEach((link, i) => {
    for (const end of link.between) known(end, `links[${i}].between`);
    checkLink(link, `links[${i}]`);
  });
  for (const field of ["hosts", "measuredCores"] as const) {
    for (const [host, cores] of Object.entries(spec[field] ?? {})) {
      expect(cores === null || isPositive(cores), `${field}.${host}`, cores, "finite and > 0");
    }
  }
  const hops = pods.length - 1;
  perHop(windows, hops, "windows", (value) => isCount(value, 1), "an integer >= 1");
  perHop(bytes, hops, "bytes", isTime, "finite and >= 0");
  expect(isCount(frames, 1), "frames", frames, "an integer >= 1");
  expect(isCount(warmup, 0) && warmup < frames, "warmup", warmup, `an integer in 0..${frames - 1}`);
  expect(!Number.isNaN(seed), "seed", seed, "a number");
  if (rate !== undefined) expect(isPositive(rate), "rate", rate, "finite and > 0");
  for (const key of ["idle", "cold"] as const) {
    const times = waited[key] ?? 1;
    expect(isTime(times), `waited.${key}`, times, "finite and >= 0");
  }
  for (const key of COSTS) checkCost(spec[key], key);
  checkCost(zstd?.bytes, "zstd.bytes");
  checkCost(zstd?.compress, "zstd.compress");
  checkCost(zstd?.decompress, "zstd.decompress");
  checkCost(workers?.begin, "workers.begin");
  checkCost(workers?.notice, "workers.notice");
  if (workers !== undefined) expect(isCount(workers.count, 0), "workers.count", workers.count, "an integer >= 0");
}

function checkNode({ speed = 1, cpus = null, quota = null }: NodeSpec, name: string): void {
  expect(speed > 0 && speed <= 1, `${name}.speed`, speed, "above 0 and at most 1");
  expect(cpus === null || isPositive(cpus), `${name}.cpus`, cpus, "finite and > 0");
  expect(quota === null || isPositive(quota), `${name}.quota`, quota, "finite and > 0");
  expect(cpus === null || quota === null, `${name}.quota`, quota, "left out beside cpus");
}

function checkPod({ cpu, stages }: PodSpec, name: string): void {
  checkCost(cpu, `${name}.cpu`);
  if (stages === undefined) return;
  expect(cpu === undefined, `${name}.cpu`, cpu, "left out beside stages");
  expect(stages.length >= 1, `${name}.stages`, "[]", "a list of at least one");
  for (const [i, stage] of stages.entries()) checkCost(stage, `${name}.stages[${i}]`);
}

function checkLink({ bandwidth = null, delay = 0, residuals = [0], cpuPerByte = 0 }: LinkSpec, name: string): void {
  expect(bandwidth === null || bandwidth > 0, `${name}.bandwidth`, bandwidth, "> 0");
  expect(isTime(delay), `${name}.delay`, delay, "finite and >= 0");
  expect(residuals.length >= 1, `${name}.residuals`, "[]", "a list of at least one");
  for (const [i, residual] of residuals.entries()) {
    expect(Number.isFinite(residual), `${name}.residuals[${i}]`, residual, "finite");
  }
  expect(isTime(cpuPerByte), `${name}.cpuPerByte`, cpuPerByte, "finite and >= 0");
}

function checkCost(cost: Cost | undefined, name: string): void {
  if (cost === undefined) return;
  if (typeof cost === "number") {
    expect(isTime(cost), name, cost, "finite and >= 0");
    return;
  }
  expect(cost.length >= 1, name, "[]", "a list of at least one");
  for (const [i, sample] of cost.entries()) expect(isTime(sample), `${name}[${i}]`, sample, "finite and >= 0");
}

function perHop(
  values: number | readonly number[] | undefined,
  hops: number,
  name: string,
  holds: (value: number) => boolean,
  should: string,
): void {
  if (values === undefined) return;
  if (typeof values === "number") {
    expect(holds(values), name, values, should);
    return;
  }
  expect(values.length === hops, `${name}.length`, values.length, `${hops}, one a hop`);
  for (const [i, value] of values.entries()) expect(holds(value), `${name}[${i}]`, value, should);
}

function isTime(value: number): boolean {
  return value >= 0 && value < Number.POSITIVE_INFINITY;
}

function isPositive(value: number): boolean {
  return value > 0 && value < Number.POSITIVE_INFINITY;
}

function isCount(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}

function expect(holds: boolean, name: string, value: unknown, should: string): void {
  if (!holds) throw new RangeError(`${name}(=${value}) should be ${should}`);
}
