import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBench, saturatedPlans } from "../../live/workbench.ts";
import { profileOf } from "../sweep/fixture.ts";

const TOPOLOGY = `apiVersion: edgetwin/v1
name: small
hosts: { near: { cores: 2 }, far: { cores: 2 } }
nodes:
  edge: { letter: E, host: near }
  server: { letter: S, host: far }
links:
  - { between: [edge, server], bandwidth: 100 Mbit/s, delay: 1 ms }
stages:
  - { name: source, kernel: images, folder: images, nodes: [edge] }
  - { name: relu, kernel: relu }
workload: { sizes: [64, 96], frames: 16, loads: [saturated] }
`;

/** A topology with a profile of made-up costs that vary a little, and an empty folder for runs. */
export async function sweepFiles() {
  const folder = mkdtempSync(join(tmpdir(), "edgetwin-sweep-"));
  const [topology, profile, runs] = [join(folder, "small.yaml"), join(folder, "profile.json"), join(folder, "runs")];
  writeFileSync(topology, TOPOLOGY);
  const bench = await openBench(topology, {});
  const costs = profileOf(bench.topology, saturatedPlans(bench), (stages, node) =>
    [0.8, 0.9, 1, 1.1, 1.2].map((factor) => factor * stages.length * (node === "edge" ? 4e-3 : 1e-3)),
  );
  writeFileSync(profile, JSON.stringify(costs));
  return { folder, topology, profile, runs };
}
