import { hostname, userInfo } from "node:os";
import type { NamespaceJson } from "./api.ts";

const OWNER = "edgetwin.dev/owner";
const PROCESS = "edgetwin.dev/process";
const CREATED = "edgetwin.dev/created";
const RETAINED = "edgetwin.dev/retained";

/** Annotations that tell whose a run is: should it be left behind, its owner is told. */
export function ownerOf(retain: boolean, created = new Date()): Record<string, string> {
  return {
    [OWNER]: here(),
    [PROCESS]: String(process.pid),
    [CREATED]: created.toISOString(),
    ...(retain ? { [RETAINED]: "true" } : {}),
  };
}

/** Namespaces that runs of this user on this machine have left: kept on purpose, or by a process that is no more. */
export function leftBehind(
  namespaces: readonly NamespaceJson[],
  owner = here(),
  alive: (pid: number) => boolean = isAlive,
): { readonly name: string; readonly created: string; readonly retained: boolean }[] {
  return namespaces.flatMap(({ metadata: { name, annotations = {}, deletionTimestamp } }) => {
    const retained = annotations[RETAINED] !== undefined;
    if (annotations[OWNER] !== owner || deletionTimestamp !== undefined) return [];
    return retained || !alive(Number(annotations[PROCESS]))
      ? [{ name, created: annotations[CREATED] ?? "?", retained }]
      : [];
  });
}

function here(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container's user may have no name.
    return `${process.getuid?.() ?? ""}@${hostname()}`;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
