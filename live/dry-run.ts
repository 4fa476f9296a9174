import type { Cluster, PodSpec } from "./clusters/cluster.ts";
import { Cases } from "./measure/cases.ts";
import { subjectOf } from "./measure/subject.ts";
import { placements, podSpecs } from "./testbed.ts";
import { type Bench, saturatedPlans } from "./workbench.ts";

/** Has a cluster that only says what it would do deploy, and stop, all that a calibration does. */
export async function dryCalibration(bench: Bench, cluster: Cluster): Promise<void> {
  const { topology, baseDirectory } = bench;
  const plans = saturatedPlans(bench);
  await cluster.surroundings([...new Set(plans.flatMap(({ pods }) => pods.map(({ node }) => node)))], "logs");
  const cases = new Cases(topology, plans, subjectOf(topology, plans, baseDirectory), baseDirectory);
  for (const { lines } of cases.batches(() => []))
    await dryDeployment(
      lines.flatMap(({ pods }) => pods),
      cluster,
    );
}

/** The same for every placement of its plans. */
export async function dryRuns(bench: Bench, cluster: Cluster): Promise<void> {
  for (const plans of placements(saturatedPlans(bench)))
    await dryDeployment(podSpecs(plans, null, bench.baseDirectory), cluster);
}

async function dryDeployment(pods: readonly PodSpec[], cluster: Cluster): Promise<void> {
  const unique = new Map(pods.map((pod) => [pod.name, pod]));
  await (await cluster.deploy([...unique.values()], "logs")).stop();
}
