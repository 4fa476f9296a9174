import { dryRunner, programs } from "../../exec.ts";
import { ownManifest } from "../../image/modules.ts";
import { imageReference } from "../../image/reference.ts";
import { type Bench, saturatedPlans } from "../../workbench.ts";
import type { ClusterFlags } from "../choose.ts";
import type { Cluster } from "../cluster.ts";
import { checkPodman } from "./check.ts";
import { podman } from "./cluster.ts";

/** This machine's podman, once it has been looked at. @throws DeploymentError with all that keeps a bench's pods from running there. */
export async function openPodman(
  bench: Bench,
  { image = imageReference(), retain = false, dryRun = false }: ClusterFlags,
  say: (line: string) => void,
): Promise<Cluster> {
  const { topology } = bench;
  const runner = dryRun ? dryRunner((text) => void process.stdout.write(text)) : programs;
  const used = new Set(saturatedPlans(bench).flatMap(({ pods }) => pods.map(({ node }) => node)));
  if (!dryRun)
    await checkPodman(
      runner,
      image,
      topology.nodes.filter(({ name }) => used.has(name)),
    );
  return podman({ topology, image, retain, dryRun, version: ownManifest().version, runner, say });
}
