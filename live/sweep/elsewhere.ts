import { join } from "node:path";
import { dryRunner, programs } from "../exec.ts";
import { withBar } from "../progress.ts";
import { inputsOf, type SweepSettings } from "./command.ts";
import { concludeIn, type Swept } from "./conclude.ts";
import { isInputs, readInputs } from "./inputs.ts";
import { sweepOnKubernetes } from "./kubernetes.ts";
import { inOrder } from "./merge.ts";
import { claim, folderOf, manifestOf } from "./results.ts";

/** Between two looks at a Job. */
const POLL_SECONDS = 2;

export interface ElsewhereSettings extends SweepSettings {
  readonly image: string;
  readonly namespace: string;
  readonly shards: number;
  readonly dryRun: boolean;
  /** What a dry run says. */
  readonly print: (text: string) => void;
}

/** The same as one Indexed Job on a Kubernetes cluster. @returns `null` from a dry run. */
export async function sweepElsewhere(file: string, settings: ElsewhereSettings): Promise<Swept | null> {
  const { runs, signal, dryRun, print } = settings;
  const inputs = isInputs(file) ? readInputs(file) : await inputsOf(file, settings);
  const manifest = manifestOf(inputs);
  const folder = join(runs, settings.name ?? folderOf(manifest));
  // Refuses a folder of something else before any work.
  if (!dryRun) claim(folder, manifest);
  const runner = dryRun ? dryRunner(print) : programs;
  const results = await withBar("shards", (progress) =>
    sweepOnKubernetes(inputs, { ...settings, folder, runner, progress, interval: POLL_SECONDS }),
  );
  if (dryRun) return null;
  return concludeIn(folder, inputs, inOrder(results, inputs.sweep), { ...settings, signal });
}
