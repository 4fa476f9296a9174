import { join } from "node:path";
import type { Plan } from "../../sim/plan.ts";
import type { Profile } from "../../sim/profile.ts";
import { RUN_FILES, writeJson } from "../artefacts.ts";
import type { ClusterFlags } from "../clusters/choose.ts";
import { chooseCluster } from "../clusters/choose.ts";
import type { Cluster } from "../clusters/cluster.ts";
import { obtainProfile, untilPart } from "../obtain-profile.ts";
import { withBar } from "../progress.ts";
import { type Bench, type Predicted, predictAll, runAll, usedNodes, writePlans } from "../workbench.ts";
import { newFolder } from "./folder.ts";
import type { FolderOptions, ProfileFlags } from "./options.ts";
import { requireLive } from "./predicted-only.ts";
import { say } from "./say.ts";

/**
 * Of what calibrating may take, what comes before the runs. The other half comes after them, so that what is measured is no further from
 * them in time than it has to be: a host has its moods, and a node that has become slower meanwhile is known by it.
 */
const HALF = 0.5;

/** The steps that several verbs take, each with its bar. */
export async function predicted(
  bench: Bench,
  options: ProfileFlags & { readonly runs: string; readonly share?: number },
  signal: AbortSignal,
  cluster?: Cluster,
  plans?: readonly Plan[],
): Promise<{ profile: Profile; pairs: Predicted[] }> {
  const profile = await withBar("calibrate", (progress) =>
    obtainProfile(bench, { ...options, ...(cluster && { cluster }), signal, progress, say }),
  );
  const pairs = await withBar("predict", (progress) => predictAll(bench, profile, signal, progress, plans));
  return { profile, pairs };
}

/** Profile, predict, run for real; everything lands in the run's new folder. @returns `null` from a dry run. */
export async function measured(
  bench: Bench,
  options: ProfileFlags & FolderOptions & ClusterFlags,
  signal: AbortSignal,
): Promise<{ name: string; folder: string; pairs: Predicted[] } | null> {
  const cluster = await chooseCluster(bench, options, say);
  requireLive(bench.topology, cluster);
  if (options.dryRun) {
    const { dryCalibration, dryRuns } = await import("../dry-run.ts");
    if (options.profile === undefined) await dryCalibration(bench, cluster);
    await dryRuns(bench, cluster);
    return null;
  }
  const { name, folder } = newFolder(bench.topology.name, options);
  const { profile, pairs } = await predicted(bench, { ...options, share: HALF }, signal, cluster);
  writePlans(folder, process.argv.slice(2), bench, profile, pairs);
  // A profile that was given may be of another place.
  const { cluster: where, image, machines } = profile.fingerprint;
  const logs = join(folder, RUN_FILES.logs);
  const surroundings =
    options.profile === undefined
      ? { cluster: where, image, machines }
      : await cluster.surroundings(usedNodes(bench), logs, signal);
  writeJson(join(folder, RUN_FILES.surroundings), surroundings);
  const begin = performance.now();
  await withBar("run", (progress) => runAll(bench, pairs, profile, { cluster, folder, signal, progress }));
  say(
    `ran ${pairs.length} plans, ${bench.topology.workload.repeats} times each, in ${((performance.now() - begin) / 1e3).toFixed(0)} s`,
  );
  const rest = options.profile === undefined ? untilPart(profile, 2, 2) : null;
  if (rest === null) return { name, folder, pairs };
  const plans = pairs.map(({ plan }) => plan);
  const after = await predicted(bench, { ...options, fresh: false, ...rest }, signal, cluster, plans);
  writePlans(folder, process.argv.slice(2), bench, after.profile, after.pairs);
  return { name, folder, pairs: after.pairs };
}
