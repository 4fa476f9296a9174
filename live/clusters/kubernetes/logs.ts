import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PodJson } from "./api.ts";
import type { Kubectl } from "./kubectl.ts";
import { nameOf } from "./troubles.ts";

/**
 * Keeps the logs of pods in a file each, by their names in the plan: what containers wrote that were restarted first.
 * @param selector labels of the pods.
 */
export async function collectLogs(kubectl: Kubectl, selector: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const pods = await kubectl.list<PodJson>("pods", ["--selector", selector]);
  const names = new Map(pods.map(({ metadata }) => [metadata.name, nameOf(metadata)]));
  for (const { metadata, status } of pods) {
    if ((status.containerStatuses ?? []).every(({ restartCount }) => restartCount === 0)) continue;
    // Before it was restarted it may have written nothing that is still there.
    const text = await kubectl.run(["logs", metadata.name, "--previous"]).catch(() => "");
    appendFileSync(join(folder, `${nameOf(metadata)}.log`), text);
  }
  const flags = ["--prefix", "--tail=-1", "--ignore-errors", `--max-log-requests=${Math.max(1, pods.length)}`];
  const text = await kubectl.run(["logs", "--selector", selector, ...flags]);
  for (const [name, lines] of byPod(text, names)) appendFileSync(join(folder, `${name}.log`), lines);
}

/** Lines as `kubectl logs --prefix` has them: `[pod/NAME/CONTAINER] text`. */
export function byPod(text: string, names: ReadonlyMap<string, string>): Map<string, string> {
  const logs = new Map([...names.values()].map((name) => [name, ""]));
  for (const line of text.split("\n")) {
    const [, pod = "", rest = ""] = /^\[pod\/([^/\]]+)\/[^\]]*\] (.*)$/.exec(line) ?? [];
    const name = names.get(pod);
    if (name !== undefined) logs.set(name, `${logs.get(name)}${rest}\n`);
  }
  return logs;
}
