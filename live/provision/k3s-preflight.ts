import { readdirSync } from "node:fs";
import { CommandError } from "../exec.ts";
import { askFacts, assumedFacts, type Facts } from "./k3s-facts.ts";
import { missingFiles } from "./k3s-scripts.ts";
import { Shell } from "./ssh.ts";
import type { ImageChoice, Provisioning } from "./step.ts";
import { type Target, targetText } from "./target.ts";

/** A label of one node more. */
export interface ExtraLabel {
  /** Of the topology. */
  readonly node: string;
  /** `key=value`. */
  readonly label: string;
}

export interface K3sSettings extends Provisioning {
  readonly server: Target;
  readonly agents: readonly Target[];
  /** Where agents and this machine reach the server. */
  readonly address: string;
  readonly version: string;
  /** Machines with an older version get this one. */
  readonly upgrade: boolean;
  /** Folder with a release's files; left out: each machine fetches them. */
  readonly airGapped?: string;
  readonly labels: readonly ExtraLabel[];
  readonly image: ImageChoice;
  /** File that gets the credentials. */
  readonly kubeconfig: string;
  /** Seconds that machines may take to join, and between two looks. */
  readonly patience: { readonly seconds: number; readonly interval: number };
}

/** A machine, and what it said of itself. */
export interface Machine {
  readonly shell: Shell;
  readonly target: Target;
  readonly role: "server" | "agent";
  readonly facts: Facts;
}

/** Asks every machine and looks at every file, before anything is changed. @throws CommandError with all that is wrong. */
export async function preflight(settings: K3sSettings): Promise<Machine[]> {
  const { server, agents, runner, dryRun, airGapped, note } = settings;
  const problems: string[] = [];
  const machines: Machine[] = [];
  for (const [i, target] of [server, ...agents].entries()) {
    const role = i === 0 ? "server" : "agent";
    const shell = new Shell(target, runner, isRoot(target));
    const asked = await askFacts(shell, airGapped !== undefined);
    const facts = dryRun ? assumedFacts(target, role) : asked.facts;
    if (!dryRun) problems.push(...asked.problems);
    if (facts === null) continue;
    if (!dryRun) note(`${targetText(target)}: ${facts.hostname}, ${facts.architecture}, ${facts.system}`);
    machines.push({ shell, target, role, facts });
  }
  if (dryRun) note("the rest is for machines without k3s: an amd64 server, arm64 agents");
  problems.push(...machines.flatMap((machine) => conflicts(machine, machines, settings)));
  if (airGapped !== undefined) problems.push(...missingFrom(airGapped, machines));
  if (problems.length > 0)
    throw new CommandError(`nothing was changed, as these machines can't be a cluster yet:\n${problems.join("\n")}`);
  return machines;
}

/** What of k3s that is there already is in the way. */
function conflicts({ target, role, facts }: Machine, machines: readonly Machine[], settings: K3sSettings): string[] {
  const { version, upgrade, address } = settings;
  const { hostname, k3s, url } = facts;
  const at = targetText(target);
  const twin = machines.find((other) => other.target !== target && other.facts.hostname === hostname);
  const problems: string[] = [];
  // A dry run names machines by their nodes.
  if (twin !== undefined && !settings.dryRun)
    problems.push(
      `${at}: its name is ${hostname}, as that of ${targetText(twin.target)}: nodes need names of their own (sudo hostnamectl set-hostname NAME, and reboot)`,
    );
  if (k3s === null) return problems;
  const down = `edgetwin cluster down k3s with it as --${k3s.role}`;
  if (k3s.role !== null && k3s.role !== role) problems.push(`${at}: it is a k3s ${k3s.role} already: ${down}`);
  if (role === "agent" && url !== null && url !== urlOf(address))
    problems.push(`${at}: it is an agent of ${url}, not of ${urlOf(address)}: ${down}`);
  const order = compareVersions(k3s.version, version);
  if (order < 0 && !upgrade)
    problems.push(`${at}: it has ${k3s.version}, older than ${version}: give --upgrade, or --version ${k3s.version}`);
  if (order > 0)
    problems.push(
      `${at}: it has ${k3s.version}, newer than ${version}, and Kubernetes does not go back: give --version ${k3s.version}`,
    );
  return problems;
}

function missingFrom(folder: string, machines: readonly Machine[]): string[] {
  const there = filesIn(folder);
  const architectures = new Set(machines.map(({ facts }) => facts.architecture));
  const missing = new Set([...architectures].flatMap((architecture) => missingFiles(architecture, there)));
  return [...missing].map((name) => `${folder}: ${name} is missing`);
}

/** @throws CommandError if there is no such folder. */
export function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    throw new CommandError(`${folder}: no such folder`);
  }
}

/** Of the API, and where agents join. */
export function urlOf(address: string): string {
  return `https://${address}:6443`;
}

/** Root needs no sudo, and may have none. */
export function isRoot({ ssh }: Target): boolean {
  return ssh.startsWith("root@");
}

/** Below 0 if the first is older, as `v1.33.6+k3s1`. */
function compareVersions(a: string, b: string): number {
  const [first, second] = [a, b].map((text) => (text.match(/\d+/g) ?? []).map(Number));
  for (let i = 0; i < Math.max(first!.length, second!.length); i++) {
    const difference = (first![i] ?? 0) - (second![i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
