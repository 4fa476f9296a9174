import { expect, test } from "vitest";
import { pipeline } from "../../sim/pipeline/pipeline.ts";
import type { PipelineSpec } from "../../sim/pipeline/spec.ts";
import { predict } from "../../sim/predict.ts";

const pods = [{ cpu: 1 }, { cpu: 2 }];
const nodes = [{ name: "edge" }, { name: "server", host: "rack" }];

test("what is left out costs nothing and limits nothing", () => {
  const { plan, profile } = pipeline({ pods });
  expect(plan).toMatchObject({ id: "pipeline", split: "AA", hosts: [{ name: "box", cores: 64 }], workers: 0 });
  const { throughput, bottleneck } = predict(plan, profile, 1);
  expect(throughput).toBeCloseTo(1 / 2, 12);
  expect(bottleneck).toMatchObject({ kind: "pod", name: "pod-1" });
});

test("hosts that nodes name are there, and a named pod's one stage has its name", () => {
  const named = [{ name: "camera" }, { name: "detector", stages: [1, 2], node: "server" }];
  const { plan } = pipeline({ nodes, hosts: { rack: 2 }, pods: named, links: [{ between: ["edge", "server"] }] });
  expect(plan.hosts).toEqual([
    { name: "rack", cores: 2 },
    { name: "box", cores: 64 },
  ]);
  expect(plan.pods.map(({ stages }) => stages.map(({ name }) => name))).toEqual([
    ["camera"],
    ["stage-1-0", "stage-1-1"],
  ]);
  expect(plan.split).toBe("AB");
});

test("the plan is frozen, and what it was made of is not", () => {
  const cpu = [1, 2];
  const between: [string, string] = ["edge", "server"];
  const { plan } = pipeline({ nodes, pods: [{ cpu }, { node: "server" }], links: [{ between }] });
  expect(Object.isFrozen(plan.hops[0]!.link!.between)).toBe(true);
  expect([Object.isFrozen(cpu), Object.isFrozen(between)]).toEqual([false, false]);
});

test.each<[string, PipelineSpec]>([
  ["pods(=[]) should be a list of at least one", { pods: [] }],
  ["pods[1].node(=clowd) should be one of edge, server", { nodes, pods: [{}, { node: "clowd" }] }],
  ["nodes[1].name(=edge) should be unique", { pods, nodes: [{ name: "edge" }, { name: "edge" }] }],
  ["nodes[0].speed(=2) should be above 0 and at most 1", { pods, nodes: [{ name: "edge", speed: 2 }] }],
  ["nodes[0].cpus(=0) should be finite and > 0", { pods, nodes: [{ name: "edge", cpus: 0 }] }],
  ["nodes[0].quota(=0) should be finite and > 0", { pods, nodes: [{ name: "edge", quota: 0 }] }],
  ["nodes[0].quota(=1) should be left out beside cpus", { pods, nodes: [{ name: "edge", cpus: 1, quota: 1 }] }],
  ["hosts.box(=0) should be finite and > 0", { pods, hosts: { box: 0 } }],
  ["links should hold one between edge and server: a hop crosses it", { nodes, pods: [{}, { node: "server" }] }],
  ["links[0].bandwidth(=0) should be > 0", { nodes, pods, links: [{ between: ["edge", "server"], bandwidth: 0 }] }],
  ["links[0].between(=moon) should be one of edge, server", { nodes, pods, links: [{ between: ["edge", "moon"] }] }],
  ["pods[0].cpu[1](=-1) should be finite and >= 0", { pods: [{ cpu: [1, -1] }] }],
  ["pods[0].cpu(=[]) should be a list of at least one", { pods: [{ cpu: [] }] }],
  ["pods[0].cpu(=1) should be left out beside stages", { pods: [{ cpu: 1, stages: [1] }] }],
  ["windows(=0) should be an integer >= 1", { pods, windows: 0 }],
  ["bytes.length(=2) should be 1, one a hop", { pods, bytes: [1, 2] }],
  ["warmup(=40) should be an integer in 0..39", { pods, warmup: 40 }],
  ["rate(=0) should be finite and > 0", { pods, rate: 0 }],
  ["workers.count(=0.5) should be an integer >= 0", { pods, workers: { count: 0.5 } }],
  ["lateness(=NaN) should be finite and >= 0", { pods, lateness: Number.NaN }],
  ["seed(=NaN) should be a number", { pods, seed: Number.NaN }],
])("%s", (message, spec) => {
  expect(() => pipeline(spec)).toThrow(new RangeError(message));
});
