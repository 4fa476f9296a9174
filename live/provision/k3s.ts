import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../artefacts.ts";
import { CommandError } from "../exec.ts";
import { ownArchitecture } from "../image/platform.ts";
import { awaitMembers, type Member } from "./k3s-membership.ts";
import { filesIn, isRoot, type K3sSettings, type Machine, preflight, urlOf } from "./k3s-preflight.ts";
import {
  type AirGapFiles,
  agentScript,
  airGapFiles,
  COPIED,
  KUBECONFIG_SCRIPT,
  labelScript,
  NODES_SCRIPT,
  type Source,
  serverScript,
  TOKEN_SCRIPT,
  uninstallScript,
} from "./k3s-scripts.ts";
import { labelWords, nodeLabels } from "./labels.ts";
import { Shell } from "./ssh.ts";
import { ENGINES, findImage, type LocalImage, withArchive } from "./stage-image.ts";
import { isLocal, type Provisioning, step } from "./step.ts";
import { targetText } from "./target.ts";

const AGAIN = "then run the same command again: it goes on where this one stopped";
const TOKEN_PLACE = "TOKEN-OF-THE-SERVER";

/**
 * Makes the machines a cluster: preflight, server, token, agents, labels, membership, images, credentials. What is there already stays.
 * @throws CommandError that names the step that failed, where, and what to do; before anything is changed, with every machine's problems.
 */
export async function k3sUp(settings: K3sSettings): Promise<void> {
  const { address, image, kubeconfig, dryRun, note } = settings;
  const machines = await preflight(settings);
  const [server, ...agents] = machines as [Machine, ...Machine[]];
  const images = await imagesFor(machines, settings);
  await install(server, settings, (source) => ({ script: serverScript(address, source), secrets: [] }));
  const said = await step("ask the server for its token", `is k3s running there? ${logOf(server)}; ${AGAIN}`, () =>
    server.shell.runAsRoot(TOKEN_SCRIPT),
  );
  const token = dryRun ? TOKEN_PLACE : said.trim();
  for (const agent of agents)
    await install(agent, settings, (source) => ({
      script: agentScript(urlOf(address), token, source),
      secrets: [token],
    }));
  await verify(machines, settings);
  for (const machine of machines) await label(machine, server, settings);
  for (const [i, machine] of machines.entries()) await giveImage(machine, images[i] ?? null, settings);
  if (images.length === 0) note(image.skip ? "no image is copied" : `nodes pull ${image.reference}`);
  await fetchKubeconfig(server, settings);
  note(`the cluster's credentials are in ${kubeconfig}`);
}

/** Removes k3s from the machines, agents first, and the credentials from here. */
export async function k3sDown(
  settings: Provisioning & Pick<K3sSettings, "server" | "agents" | "kubeconfig">,
): Promise<void> {
  const { server, agents, runner, kubeconfig, dryRun, note } = settings;
  const targets = [
    ...agents.map((target) => ({ target, role: "agent" as const })),
    { target: server, role: "server" as const },
  ];
  for (const { target, role } of targets) {
    const shell = new Shell(target, runner, isRoot(target));
    const said = await step(`uninstall k3s from ${targetText(target)}`, "then run the same command again", () =>
      shell.runAsRoot(uninstallScript(role)),
    );
    note(`${targetText(target)}: ${said.includes(`no k3s ${role} here`) ? "there was no k3s" : "k3s is gone"}`);
  }
  if (!dryRun) rmSync(kubeconfig, { force: true });
}

async function install(
  { shell, target, role, facts }: Machine,
  settings: K3sSettings,
  scriptOf: (source: Source) => { readonly script: string; readonly secrets: readonly string[] },
): Promise<void> {
  const { version, airGapped, note } = settings;
  const at = targetText(target);
  if (facts.k3s?.version === version && facts.k3s.role === role) return note(`${at}: k3s ${role} ${version} is there`);
  note(`${at}: installing k3s ${role} ${version}`);
  let source: Source = { version };
  if (airGapped !== undefined) {
    const copied = airGapFiles(facts.architecture, filesIn(airGapped)) as AirGapFiles;
    await step(`copy k3s to ${at}`, `is there room? ssh ${target.ssh} df -h; ${AGAIN}`, async () => {
      await shell.run(`mkdir -p ${COPIED}\n`);
      await shell.copy(
        [copied.binary, copied.images, copied.installer].map((name) => join(airGapped, name)),
        COPIED,
      );
    });
    source = { copied };
  }
  const { script, secrets } = scriptOf(source);
  const remedy =
    role === "server"
      ? `its log: ${logOf({ target, role })}; ${AGAIN}`
      : `its log: ${logOf({ target, role })}; agents need the server's ports 6443/tcp and 8472/udp open; ${AGAIN}`;
  await step(`install k3s ${role} on ${at}`, remedy, () => shell.runAsRoot(script, secrets));
}

async function verify(machines: readonly Machine[], { dryRun, version, patience, note }: K3sSettings): Promise<void> {
  const [server] = machines as [Machine];
  const members = machines.map(({ facts, target, role }): Member => {
    return { hostname: facts.hostname, target: targetText(target), service: serviceOf(role) };
  });
  if (dryRun) {
    await server.shell.runAsRoot(NODES_SCRIPT);
    return note(`again until every machine is a node, ready, of ${version}`);
  }
  note(`waiting until the server has ${members.map(({ hostname }) => hostname).join(", ")} as nodes`);
  await step("see that every machine is a node of the cluster, ready and of its version", AGAIN, () =>
    awaitMembers(server.shell, members, version, patience),
  );
}

async function label({ target, role, facts }: Machine, server: Machine, { labels }: K3sSettings): Promise<void> {
  const own = labelWords(nodeLabels(target.node, role === "server" ? "server" : "edge"));
  const more = labels.filter(({ node }) => node === target.node).map((one) => one.label);
  // Of two values for a key kubectl takes none.
  const given = new Set(more.map(keyOf));
  const words = [...own.filter((word) => !given.has(keyOf(word))), ...more];
  await step(`label node ${facts.hostname}`, AGAIN, () => server.shell.runAsRoot(labelScript(facts.hostname, words)));
}

/** @returns one for each machine; none if nodes have it or pull it. */
async function imagesFor(machines: readonly Machine[], settings: K3sSettings): Promise<LocalImage[]> {
  const { image } = settings;
  if (image.skip || !isLocal(image.reference)) return [];
  const own = ownArchitecture();
  const found = new Map<string, LocalImage>();
  for (const { facts } of machines) {
    const { architecture } = facts;
    if (!found.has(architecture))
      found.set(architecture, await findImage(image.reference, architecture, ENGINES, { ...settings, own }));
  }
  return machines.map(({ facts }) => found.get(facts.architecture)!);
}

async function giveImage({ shell, target }: Machine, found: LocalImage | null, settings: K3sSettings): Promise<void> {
  if (found === null) return;
  const { image, note } = settings;
  const at = targetText(target);
  note(`${at}: copying ${found.name}`);
  const archive = `.edgetwin/image/stage-${found.architecture}.tar`;
  const remedy = `is there room? ssh ${target.ssh} df -h; ${AGAIN}`;
  await step(`copy ${found.name} to ${at}`, remedy, async () => {
    await withArchive(found, archive, settings, () => shell.feedRoot(["k3s", "ctr", "images", "import", "-"], archive));
    if (found.name !== image.reference)
      await shell.runAsRoot(`k3s ctr images tag --force ${found.name} ${image.reference}\n`);
  });
}

async function fetchKubeconfig(
  { shell, target }: Machine,
  { kubeconfig, address, dryRun }: K3sSettings,
): Promise<void> {
  await step(`fetch the credentials from ${targetText(target)}`, AGAIN, async () => {
    const text = await shell.runAsRoot(KUBECONFIG_SCRIPT);
    if (dryRun) return;
    const own = urlOf("127.0.0.1");
    if (!text.includes(own)) throw new CommandError(`/etc/rancher/k3s/k3s.yaml names no server ${own}`);
    writeWhole(kubeconfig, text.replaceAll(own, urlOf(address)), 0o600);
  });
}

function serviceOf(role: Machine["role"]): Member["service"] {
  return role === "server" ? "k3s" : "k3s-agent";
}

function logOf({ target, role }: Pick<Machine, "target" | "role">): string {
  return `ssh ${target.ssh} sudo journalctl --unit ${serviceOf(role)} --lines 50`;
}

function keyOf(label: string): string {
  return label.slice(0, label.indexOf("="));
}
