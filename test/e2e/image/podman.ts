import { execFile } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import type { Deployment } from "../../../live/clusters/cluster.ts";
import { Driver } from "../../../live/driver.ts";
import { expectServing } from "../../live/health.ts";

export const run = promisify(execFile);
/** Half a minute. */
const TRIES = 60;

/** Runs podman with runc, which is what works where limits are low and cgroups are old. @returns what it printed. */
export async function podman(...args: string[]): Promise<string> {
  return (await run("podman", ["--runtime", "runc", ...args])).stdout.trim();
}

/** Why podman does not work here; `null` if it does. */
export async function podmanProblem(): Promise<string | null> {
  return podman("info").then(
    () => null,
    (error: Error) => `podman does not work here: ${error.message.trim().split("\n").at(-1)}`,
  );
}

/** The title of tests that say why they are skipped. */
export function titled(title: string, why: string | null): string {
  return why === null ? title : `${title} (skipped: ${why})`;
}

/** Flags of a container that runs as the manifests have it: no privileges, nothing writable but /tmp. */
export const RESTRICTED: readonly string[] = [
  ...["--detach", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
  ...["--ulimit", "host"],
];

/** Waits until the pod in a container answers that it serves. @returns where it is reached. @throws Error with its log. */
export async function healthy(id: string, port: number): Promise<string> {
  const address = (await podman("port", id, String(port))).split("\n")[0]!;
  for (let tries = 0; ; tries++) {
    const serves = await expectServing(address).then(
      () => true,
      () => false,
    );
    if (serves) return address;
    const state = await podman("inspect", "--format", "{{.State.Status}}", id);
    if (tries === TRIES || state !== "running") {
      const { stdout, stderr } = await run("podman", ["logs", id]);
      throw new Error(`container ${id} is ${state}, not healthy: ${stdout}${stderr}`);
    }
    await wait(500);
  }
}

/** A deployment of pods that somebody else started, reached there by their names. */
export function reached(addresses: Readonly<Record<string, string>>): Deployment {
  return {
    identity: null,
    address: (pod) => addresses[pod]!,
    addressAcross: (pod) => addresses[pod]!,
    broken: new Promise(() => {}),
    linkCpu: async () => 0,
    replace: async () => null,
    extend: async () => {},
    remove: async () => {},
    shape: async () => {},
    stop: async () => {},
  };
}

/** SHA-256 of frames as they leave a line of pods. */
export async function digests(deployment: Deployment, pods: readonly { name: string; node: string }[]) {
  const driver = new Driver(deployment, pods);
  try {
    const options = { frames: 40, rate: 0, height: 70, width: 93, window: 8, digests: 40 };
    return (await driver.run("image", 0, 0, options, { timeout: 120 })).digests;
  } finally {
    driver.close();
  }
}
