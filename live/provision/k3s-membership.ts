import { setTimeout as wait } from "node:timers/promises";
import { CommandError } from "../exec.ts";
import { NODES_SCRIPT } from "./k3s-scripts.ts";
import type { Shell } from "./ssh.ts";

/** What is used of a node. */
interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
      readonly nodeInfo: { readonly kubeletVersion: string };
    };
  }[];
}

/** A machine that has to be a member. */
export interface Member {
  readonly hostname: string;
  /** For messages. */
  readonly target: string;
  /** Its service, whose log tells more. */
  readonly service: "k3s" | "k3s-agent";
}

/** What keeps the cluster from being whole, by what the server says: a line a node. @param version `null`: whichever it is. */
export function membershipProblems(text: string, members: readonly Member[], version: string | null): string[] {
  const { items } = JSON.parse(text) as NodeList;
  return members.flatMap(({ hostname, target, service }) => {
    const log = `ssh ${target} sudo journalctl --unit ${service} --lines 50`;
    const node = items.find(({ metadata }) => metadata.name === hostname);
    if (node === undefined) return [`${hostname} (${target}) has not joined: ${log}`];
    const ready = node.status.conditions?.find(({ type }) => type === "Ready");
    if (ready?.status !== "True")
      return [`${hostname} (${target}) is not ready: ${ready?.message ?? "it says nothing"}: ${log}`];
    const { kubeletVersion } = node.status.nodeInfo;
    if (version !== null && kubeletVersion !== version)
      return [`${hostname} (${target}) runs ${kubeletVersion}, not ${version}: ${log}`];
    return [];
  });
}

/** Waits until the server says that every machine is a member, ready and of the version. @throws CommandError that says which is not. */
export async function awaitMembers(
  server: Shell,
  members: readonly Member[],
  version: string | null,
  { seconds, interval }: { readonly seconds: number; readonly interval: number },
): Promise<void> {
  const end = performance.now() + seconds * 1e3;
  for (;;) {
    const problems = membershipProblems(await server.runAsRoot(NODES_SCRIPT), members, version);
    if (problems.length === 0) return;
    if (performance.now() > end) throw new CommandError(problems.join("\n"));
    await wait(interval * 1e3);
  }
}
