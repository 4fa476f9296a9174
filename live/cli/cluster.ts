import { resolve } from "node:path";
import { Command, Option } from "commander";
import type { ExtraLabel } from "../provision/k3s-preflight.ts";
import type { Engine } from "../provision/stage-image.ts";
import type { Provisioning } from "../provision/step.ts";
import { hostOf, type Target } from "../provision/target.ts";
import { addCheck } from "./checks.ts";
import { agents, clusterName, host, k3sVersion, kubernetesVersion, labels, server } from "./cluster-flags.ts";
import { addOutput, type OutputOption } from "./options.ts";
import { print, say } from "./say.ts";

interface CommonFlags extends OutputOption {
  readonly kubeconfig?: string;
  readonly dryRun?: boolean;
}

interface ImageFlags {
  readonly image: string | false;
}

interface KindFlags extends CommonFlags {
  readonly name: string;
  readonly provider?: Engine;
}

interface K3sFlags extends CommonFlags {
  readonly server: Target;
  readonly agent?: readonly Target[];
}

interface K3sUpFlags extends K3sFlags, ImageFlags {
  readonly address?: string;
  readonly version?: string;
  readonly upgrade?: boolean;
  readonly airGapped?: string;
  readonly label?: readonly ExtraLabel[];
}

/** Folder of this machine's own copies of clusters' credentials. */
const FOLDER = ".edgetwin";
const JOIN_PATIENCE = { seconds: 180, interval: 2 };

export function clusterVerb(): Command {
  return new Command("cluster")
    .description("set up a Kubernetes cluster to run pods on, or remove it")
    .addCommand(group("up", "create a cluster, or complete it").addCommand(kindUp()).addCommand(k3sUp()))
    .addCommand(group("down", "remove a cluster").addCommand(kindDown()).addCommand(k3sDown()));
}

function group(name: string, description: string): Command {
  return leaf(new Command(name).description(description));
}

function leaf(command: Command): Command {
  return command.exitOverride().configureHelp({ helpWidth: 80 });
}

function kindUp(): Command {
  const command = leaf(new Command("kind"))
    .description("Kubernetes in containers on this machine: nodes edge and server")
    .option("--kubernetes <version>", "e.g. 1.33.1 (default: that of kind's release)", kubernetesVersion);
  return addCommon(addImage(addKind(command)))
    .addHelpText(
      "after",
      "\nNeeds kind, kubectl, and docker or podman. Its nodes share this machine's cores\nand network: links and speeds are as on this machine, whatever the topology says.",
    )
    .action(async (options: KindFlags & ImageFlags & { readonly kubernetes?: string }) => {
      const { kindUp } = await import("../provision/kind.ts");
      const { name, kubernetes, provider } = options;
      const kubeconfig = options.kubeconfig ?? kindConfigFile(name);
      const settings = {
        ...(await provisioning(options)),
        ...(kubernetes && { kubernetes }),
        ...(provider && { provider }),
      };
      await kindUp({ ...settings, name, kubeconfig, image: await imageChoice(options) });
      done(options, kubeconfig);
    });
}

function kindDown(): Command {
  return addCommon(addKind(leaf(new Command("kind")))).action(async (options: KindFlags) => {
    const { kindDown } = await import("../provision/kind.ts");
    const { name, provider } = options;
    const kubeconfig = options.kubeconfig ?? kindConfigFile(name);
    await kindDown({ ...(await provisioning(options)), ...(provider && { provider }), name, kubeconfig });
    if (options.dryRun !== true) print(options.output, { deleted: name }, () => `cluster ${name} is gone`);
  });
}

function k3sUp(): Command {
  const command = addMachines(leaf(new Command("k3s")))
    .description("k3s on machines that ssh reaches: a server and its agents")
    .option("--address <host>", "where agents and you reach the server (default: its host)", host)
    .option("--version <version>", "of k3s (default: v1.33.6+k3s1, which JetPack 5 runs)", k3sVersion)
    .option("--upgrade", "machines with an older k3s get this one")
    .option("--air-gapped <folder>", "install from files of a k3s release in this folder")
    .option("--label <node:key=value>", "label a node, beside role and edgetwin.dev/node (repeat)", labels);
  addCommon(addImage(command)).addHelpText(
    "after",
    `
Machines need ssh by key and sudo without password. A target is
[node=][user@]host[:port]; node is the topology's (default: server, edge).
What is there already stays, so a run that failed is run again.
--air-gapped: k3s or k3s-arm64, k3s-airgap-images-ARCH.tar.zst, install.sh.
Tested with stand-ins for ssh and scp; see what it would do with --dry-run.`,
  );
  command.action(async (options: K3sUpFlags) => {
    const { k3sUp } = await import("../provision/k3s.ts");
    const { K3S_VERSION } = await import("../provision/k3s-scripts.ts");
    const { server, agent: agents = [], label: labels = [] } = options;
    const { address = hostOf(server), version = K3S_VERSION, upgrade = false, airGapped } = options;
    const kubeconfig = options.kubeconfig ?? K3S_CONFIG;
    await k3sUp({
      ...(await provisioning(options)),
      ...(airGapped === undefined ? {} : { airGapped }),
      ...{ server, agents, address, version, upgrade, kubeconfig, labels },
      image: await imageChoice(options),
      patience: JOIN_PATIENCE,
    });
    done(options, kubeconfig);
  });
  return addCheck(command, ({ server, agent = [], label = [] }: K3sUpFlags) => {
    // What could not be read stays as it was typed, and is told already.
    if (![server, agent, label].every((given) => typeof given === "object")) return [];
    const nodes = [server, ...agent].map(({ node }) => node);
    return label
      .filter(({ node }) => !nodes.includes(node))
      .map(({ node, label }) => `--label: ${node}:${label}: no node is ${node}, there are: ${nodes.join(", ")}`);
  });
}

function k3sDown(): Command {
  const command = leaf(new Command("k3s")).description("uninstall k3s, and delete all that was kept in the cluster");
  return addCommon(addMachines(command)).action(async (options: K3sFlags) => {
    const { k3sDown } = await import("../provision/k3s.ts");
    const kubeconfig = options.kubeconfig ?? K3S_CONFIG;
    const { server, agent: agents = [] } = options;
    await k3sDown({ ...(await provisioning(options)), server, agents, kubeconfig });
    const all = [server, ...agents].map(({ ssh }) => ssh);
    if (options.dryRun !== true)
      print(options.output, { uninstalled: all }, () => `k3s is gone from ${all.join(", ")}`);
  });
}

const K3S_CONFIG = `${FOLDER}/k3s.kubeconfig`;

function kindConfigFile(name: string): string {
  return `${FOLDER}/kind-${name}.kubeconfig`;
}

function addKind(command: Command): Command {
  return command
    .option("--name <name>", "of the cluster", clusterName, "edgetwin")
    .addOption(
      new Option("--provider <program>", "what its nodes run in (default: the first that works)").choices([
        "docker",
        "podman",
      ]),
    );
}

function addMachines(command: Command): Command {
  return command
    .requiredOption("--server <target>", "machine that becomes the k3s server", server)
    .option("--agent <target>", "machine that becomes an agent of it (repeat)", agents);
}

function addImage(command: Command): Command {
  return command
    .option("--image <image>", "copied to the nodes if it is a local one (default: the stage service's)")
    .option("--no-image", "copy none");
}

function addCommon(command: Command): Command {
  return addOutput(
    command
      .option("--kubeconfig <file>", `file for its credentials (default: in ${FOLDER})`)
      .option("--dry-run", "print the commands, run nothing"),
  );
}

/** Every command goes through here; a dry run's only prints. */
async function provisioning({ dryRun = false }: CommonFlags): Promise<Provisioning> {
  const { dryRunner, programs } = await import("../exec.ts");
  const { interruptSignal } = await import("../interrupt.ts");
  const out = (text: string) => void process.stdout.write(text);
  if (dryRun) return { runner: dryRunner(out), dryRun, note: (text) => out(`# ${text}\n`) };
  const signal = interruptSignal();
  return {
    runner: { run: (words, more) => programs.run(words, { signal, ...more }) },
    dryRun,
    note: (text) => say(`cluster: ${text}`),
  };
}

async function imageChoice({ image }: ImageFlags) {
  const { imageReference } = await import("../image/reference.ts");
  return { reference: image === false ? imageReference() : imageReference(image), skip: image === false };
}

/** Says what comes next. */
function done({ dryRun = false, output }: CommonFlags, kubeconfig: string): void {
  if (dryRun) return;
  print(
    output,
    { kubeconfig: resolve(kubeconfig) },
    () => `export KUBECONFIG=${resolve(kubeconfig)}\nedgetwin doctor --on kubernetes   # is all well there?`,
  );
}
