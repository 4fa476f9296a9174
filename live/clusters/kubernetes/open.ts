import { ownManifest } from "../../image/modules.ts";
import { imageReference } from "../../image/reference.ts";
import { type Bench, usedNodes } from "../../workbench.ts";
import type { ClusterFlags } from "../choose.ts";
import type { Cluster } from "../cluster.ts";
import { kubernetes, starterOf } from "./cluster.ts";
import { Kubectl } from "./kubectl.ts";
import { preflight } from "./preflight.ts";
import { serverMinor } from "./server-version.ts";

/** What a dry run takes a cluster to be. */
const ASSUMED_MINOR = 25;

/** The cluster that kubectl reaches, once it has been looked at. @throws DeploymentError, CommandError */
export async function openKubernetes(bench: Bench, flags: ClusterFlags, say: (line: string) => void): Promise<Cluster> {
  const { image = imageReference(), namespace, plaintext = false, retain = false, dryRun = false } = flags;
  const { topology } = bench;
  const starter = starterOf(dryRun);
  const minor = (await serverMinor(starter)) ?? ASSUMED_MINOR;
  if (!dryRun) {
    const used = usedNodes(bench);
    const nodes = topology.nodes.filter(({ name }) => used.includes(name));
    const kubectl = new Kubectl(starter, namespace ?? "default");
    await preflight(kubectl, { nodes, ...(namespace !== undefined && { namespace }) }, say);
  }
  const { version } = ownManifest();
  return kubernetes({
    ...{ topology, image, plaintext, retain, version, minor, starter, dryRun, say },
    ...(namespace !== undefined && { namespace }),
  });
}
