import type { Profile } from "../../sim/profile.ts";
import type { ClusterFlags } from "../clusters/choose.ts";
import { chooseCluster } from "../clusters/choose.ts";
import type { Cluster } from "../clusters/cluster.ts";
import { obtainProfile } from "../obtain-profile.ts";
import { withBar } from "../progress.ts";
import { type Bench, type Predicted, predictAll, runAll, writePlans, writeSurroundings } from "../workbench.ts";
import { newFolder } from "./folder.ts";
import type { FolderOptions, ProfileFlags } from "./options.ts";
import { requireLive } from "./predicted-only.ts";
import { say } from "./say.ts";

/** The steps that several verbs take, each with its bar. */
export async function predicted(
  bench: Bench,
  options: ProfileFlags & { readonly runs: string },
  signal: AbortSignal,
  cluster?: Cluster,
): Promise<{ profile: Profile; pairs: Predicted[] }> {
  const profile = await withBar("calibrate", (progress) =>
    obtainProfile(bench, { ...options, ...(cluster && { cluster }), signal, progress, say }),
  );
  const pairs = await withBar("predict", (progress) => predictAll(bench, profile, signal, progress));
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
  const { profile, pairs } = await predicted(bench, options, signal, cluster);
  writePlans(folder, process.argv.slice(2), bench, profile, pairs);
  await writeSurroundings(folder, bench, profile, cluster, signal);
  const begin = performance.now();
  await withBar("run", (progress) => runAll(bench, pairs, profile, { cluster, folder, signal, progress }));
  say(
    `ran ${pairs.length} plans, ${bench.topology.workload.repeats} times each, in ${((performance.now() - begin) / 1e3).toFixed(0)} s`,
  );
  return { name, folder, pairs };
}
