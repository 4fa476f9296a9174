import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { stringify } from "yaml";
import { CommandError, type Runner } from "../exec.ts";
import { ownArchitecture } from "../image/platform.ts";
import { labelWords, nodeLabels } from "./labels.ts";
import { ENGINES, type Engine, findImage, withArchive } from "./stage-image.ts";
import { type ImageChoice, isLocal, type Provisioning, step } from "./step.ts";

/** A cluster of kind: Kubernetes whose nodes are containers on this machine. */
export interface KindSettings extends Provisioning {
  readonly name: string;
  /** Version of Kubernetes, `1.33.1`; left out: that of kind's own release. */
  readonly kubernetes?: string;
  /** What its nodes run in; left out: KIND_EXPERIMENTAL_PROVIDER's, or the first that works here. */
  readonly provider?: Engine;
  readonly image: ImageChoice;
  /** File that gets the credentials. */
  readonly kubeconfig: string;
}

const READY_SECONDS = 180;
const AGAIN = "then run the same command again, which goes on with what is missing";

/** kind numbers workers in the order of its configuration: `NAME-worker`, `NAME-worker2`. */
function workers(
  name: string,
): readonly { readonly node: string; readonly labels: Readonly<Record<string, string>> }[] {
  return [
    { node: `${name}-worker`, labels: nodeLabels("edge", "edge") },
    { node: `${name}-worker2`, labels: nodeLabels("server", "server") },
  ];
}

/** What kind is told: a control plane on which no pod runs, an edge and a server. */
export function kindConfig(name: string): string {
  return stringify({
    kind: "Cluster",
    apiVersion: "kind.x-k8s.io/v1alpha4",
    name,
    nodes: [{ role: "control-plane" }, ...workers(name).map(({ labels }) => ({ role: "worker", labels }))],
  });
}

/** Creates the cluster, or gives one of that name what it lacks. @throws CommandError that names the step that failed. */
export async function kindUp(settings: KindSettings): Promise<void> {
  const { name, kubernetes, image, kubeconfig, runner, dryRun, note } = settings;
  const provider = await providerOf(settings);
  const kind = kindWords(provider);
  const copied = !image.skip && isLocal(image.reference);
  // Before anything is made that would be of no use without it.
  const found = copied ? await ownImage(settings, provider) : null;
  const there = await clusters(runner, kind);
  if (!dryRun) mkdirSync(dirname(kubeconfig), { recursive: true });
  if (there.includes(name)) {
    note(`kind has a cluster ${name}: completing it`);
    await complete(settings, kind);
  } else {
    note(`creating cluster ${name}`);
    const words = [...kind, "create", "cluster", "--name", name, "--config", "-", "--wait", "5m"];
    if (kubernetes !== undefined) words.push("--image", `kindest/node:v${kubernetes}`);
    await step(`create cluster ${name}`, `kind has removed what it had begun; ${AGAIN}`, () =>
      runner.run([...words, "--kubeconfig", kubeconfig], { input: kindConfig(name) }),
    );
  }
  if (found === null) note(image.skip ? "no image is loaded" : `nodes pull ${image.reference}`);
  else {
    note(`loading ${image.reference}`);
    const nodes = workers(name).map(({ node }) => node);
    const where = ["--name", name, "--nodes", nodes.join(",")];
    await step(
      `load ${image.reference} into ${nodes.join(" and ")}`,
      `make room or build the image anew, ${AGAIN}`,
      () =>
        // kind finds images of docker's only.
        provider === "docker" && found.engine === provider
          ? runner.run([...kind, "load", "docker-image", image.reference, ...where])
          : withArchive(found, `.edgetwin/image/kind-${name}.tar`, settings, () =>
              runner.run([...kind, "load", "image-archive", `.edgetwin/image/kind-${name}.tar`, ...where]),
            ),
    );
  }
  const wait = ["wait", "--for=condition=Ready", "nodes", "--all", `--timeout=${READY_SECONDS}s`];
  await step(
    "wait for the nodes",
    `see what they say: kubectl --kubeconfig ${kubeconfig} describe nodes; ${AGAIN}; or start over: edgetwin cluster down kind --name ${name}`,
    () => runner.run(["kubectl", "--kubeconfig", kubeconfig, ...wait]),
  );
}

/** Deletes the cluster, if there is one, and its credentials. */
export async function kindDown(settings: Omit<KindSettings, "image" | "kubernetes">): Promise<void> {
  const { name, kubeconfig, runner, dryRun } = settings;
  const kind = kindWords(await providerOf(settings));
  await step(`delete cluster ${name}`, "then run the same command again", () =>
    runner.run([...kind, "delete", "cluster", "--name", name, "--kubeconfig", kubeconfig]),
  );
  if (!dryRun) rmSync(kubeconfig, { force: true });
}

async function complete({ name, kubeconfig, runner }: KindSettings, kind: readonly string[]): Promise<void> {
  const nodes = (await runner.run([...kind, "get", "nodes", "--name", name])).trim().split(/\s+/);
  const missing = workers(name).filter(({ node }) => !nodes.includes(node));
  if (missing.length > 0) {
    const names = missing.map(({ node }) => node).join(" and ");
    throw new CommandError(
      `cluster ${name} has no node ${names}, only ${nodes.join(", ")}, and kind adds none to a cluster:\nedgetwin cluster down kind --name ${name}, or choose another --name`,
    );
  }
  await step("fetch the credentials", AGAIN, () =>
    runner.run([...kind, "export", "kubeconfig", "--name", name, "--kubeconfig", kubeconfig]),
  );
  for (const { node, labels } of workers(name)) {
    await step(`label ${node}`, `is the cluster running? docker ps, podman ps; ${AGAIN}`, () =>
      runner.run(["kubectl", "--kubeconfig", kubeconfig, "label", "node", node, ...labelWords(labels), "--overwrite"]),
    );
  }
}

function ownImage({ image, ...settings }: KindSettings, provider: Engine) {
  const own = ownArchitecture();
  if (own === null) throw new CommandError(`no image is for this machine, ${process.arch}`);
  return findImage(image.reference, own, [provider, ...ENGINES.filter((one) => one !== provider)], {
    ...settings,
    own,
  });
}

async function clusters(runner: Runner, kind: readonly string[]): Promise<string[]> {
  const remedy = "kind is not there? https://kind.sigs.k8s.io/docs/user/quick-start/#installation";
  return (await step("ask kind for its clusters", remedy, () => runner.run([...kind, "get", "clusters"]))).split(/\s+/);
}

async function providerOf({ provider, runner, dryRun }: Omit<KindSettings, "image">): Promise<Engine> {
  const told = process.env.KIND_EXPERIMENTAL_PROVIDER;
  const chosen = provider ?? ENGINES.find((one) => one === told);
  if (chosen !== undefined || dryRun) return chosen ?? "docker";
  const why: string[] = [];
  for (const engine of ENGINES) {
    try {
      await runner.run([engine, "info"]);
      return engine;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      why.push(`\n  ${error.message.trim().split("\n").at(-1)!.trim()}`);
    }
  }
  throw new CommandError(`kind's nodes are containers, and neither docker nor podman works here:${why.join("")}`);
}

/** kind takes docker unless it is told otherwise. */
function kindWords(provider: Engine): string[] {
  return provider === "docker" ? ["kind"] : ["env", `KIND_EXPERIMENTAL_PROVIDER=${provider}`, "kind"];
}
