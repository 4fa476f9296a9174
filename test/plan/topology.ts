import type { FrameSize } from "../../sim/topology/catalogue.ts";
import { parseTopology } from "../../sim/topology/parse.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import { FAKE } from "../topology/catalogue.ts";

/** A pipeline of four stages on an edge and a server, three sizes of load, two extra groupings. */
export const EXAMPLE: Topology = await parseTopology(
  `apiVersion: edgetwin/v1
name: example
hosts: { this: {} }
nodes:
  edge: { letter: E, host: this, speed: 0.4 }
  server: { letter: S, host: this }
links:
  - { between: [server, edge], bandwidth: 100 Mbit/s, delay: 2 ms }
stages:
  - { name: source, kernel: noise, nodes: [edge] }
  - { name: conv, kernel: blur, channels: 2, size: 3 }
  - { name: relu, kernel: relu }
  - { name: maxpool, kernel: pool }
workload: { sizes: [128, 1280x720], frames: 120, warmup: 20, loads: [saturated, 50%, 30/s], window: 4, seed: 7 }
groupings: [[2, 2], [4]]
`,
  "example.yaml",
  FAKE,
);

export const SQUARE: FrameSize = { width: 128, height: 128 };
