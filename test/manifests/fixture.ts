import type { PodSpec } from "../../live/clusters/cluster.ts";
import type { KubernetesSettings } from "../../live/clusters/kubernetes/settings.ts";
import type { StageFiles } from "../../live/clusters/kubernetes/stage-files.ts";
import type { Identity } from "../../live/stage/security.ts";
import { podSpecs } from "../../live/testbed.ts";
import { compilePlan } from "../../sim/compile.ts";
import { parseTopology } from "../../sim/topology/parse.ts";
import { FAKE } from "../topology/catalogue.ts";

/** A node found by its labels and limited, one found by its name; both of an architecture or of any. */
const TOPOLOGY = await parseTopology(
  `apiVersion: edgetwin/v1
name: lab
hosts: { small: {}, big: {} }
nodes:
  edge: { letter: E, host: small, arch: arm64, cpus: 0.5, selector: { role: edge } }
  server: { letter: S, host: big }
links:
  - { between: [edge, server] }
stages:
  - { name: source, kernel: noise, nodes: [edge] }
  - { name: conv, kernel: blur, size: 3 }
  - { name: relu, kernel: relu }
  - { name: maxpool, kernel: pool, size: 2 }
workload: { sizes: [100], frames: 60, warmup: 10, compression: [zstd], workers: [1] }
`,
  "lab.yaml",
  FAKE,
);

export function podsOf(split: string, grouping: readonly number[] = [1, 1, 1, 1]): PodSpec[] {
  const plan = compilePlan(TOPOLOGY, FAKE, {
    ...{ split, grouping, size: { height: 100, width: 100 }, compression: "zstd", workers: 1 },
    load: { kind: "saturated", label: "saturated" },
  });
  return podSpecs([plan], null, "/somewhere/else");
}

/** As if the source read a folder, and conv a model. */
export const FILES: ReadonlyMap<string, StageFiles> = new Map([
  [
    "source",
    {
      param: "folder",
      files: new Map([
        ["a.png", Buffer.from("one")],
        ["b c.jpg", Buffer.from("two")],
      ]),
    },
  ],
  ["conv", { param: "model", files: new Map([["net.onnx", Buffer.from("three")]]) }],
]);

export const SETTINGS: KubernetesSettings = {
  topology: TOPOLOGY.name,
  namespace: "edgetwin-lab",
  existing: false,
  image: "ghcr.io/me/edgetwin-stage:1",
  version: "1.2.3",
  minor: 28,
  nodes: TOPOLOGY.nodes,
  files: FILES,
  certificates: "elsewhere",
};

/** As if an authority had signed for these pods. */
export function certificatesOf(pods: readonly PodSpec[]): ReadonlyMap<string, Identity> {
  return new Map(
    pods.map(({ name }) => [name, { ca: "the authority's", certificate: `${name}'s`, key: `${name}'s secret` }]),
  );
}
