import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CommandError, type Running } from "../../exec.ts";
import type { Identity } from "../../stage/security.ts";
import { type Authority, signAll } from "../certificates.ts";
import { type Deployment, DeploymentError, type PodSpec } from "../cluster.ts";
import type { DeploymentJson, EventJson, Json, NodeJson, PodJson, QuotaJson } from "./api.ts";
import { failurePage } from "./failure-page.ts";
import { GATEWAY, gateway, gatewayPlace } from "./gateway.ts";
import type { Kubectl } from "./kubectl.ts";
import { collectLogs } from "./logs.ts";
import { joining, manifests } from "./manifests.ts";
import { byHand, removal, removalOf } from "./removal.ts";
import { GRPC_PORT, instanceOf, type KubernetesSettings, objectName, POD_LABEL, podLabel } from "./settings.ts";
import { stageFiles } from "./stage-files.ts";
import { nameOf, Restarts, servingIn, type Trouble, troublesOf } from "./troubles.ts";
import { Tunnel } from "./tunnel.ts";
import { GRACE_SECONDS, nodeSelector } from "./workload.ts";

/** Pods may take so long to serve: their image may have to be pulled. */
const START_SECONDS = 300;
/** What may mend itself gets so long to do it. */
const MENDING_SECONDS = 10;
const POLL_SECONDS = 0.7;
const FAILURE_FILE = "failure.txt";

export interface DeployOptions {
  readonly kubectl: Kubectl;
  readonly settings: KubernetesSettings;
  /** Signs who pods are; `null`: nobody does. */
  readonly authority: Authority | null;
  /** Folder for one log file a pod. */
  readonly logs: string;
  /** Everything stays when it is stopped. */
  readonly retain: boolean;
  /** kubectl only says what it would do. */
  readonly dryRun: boolean;
  readonly say: (line: string) => void;
}

/** A pod, and the topology's node that it is on. */
type Place = Pick<PodSpec, "name" | "node">;

/** A line of pods in a namespace, reached through its gateway. */
export class KubernetesDeployment implements Deployment {
  readonly broken: Promise<string>;
  readonly #options: DeployOptions;
  readonly #pods: PodSpec[];
  readonly #tunnel: Tunnel;
  /** Exit codes of the containers that ended, by the names that Kubernetes gave their pods. */
  readonly #exits = new Map<string, number>();
  readonly #restarts = new Restarts();
  /** Labels of pods that have served: of others, whoever deploys them is told. */
  readonly #lasting = new Set<string>();
  #watch: Running | null = null;
  #break: (reason: string) => void = () => {};
  #stopped: Promise<void> | null = null;

  constructor(pods: readonly PodSpec[], options: DeployOptions) {
    this.#pods = [...pods];
    this.#options = options;
    this.broken = new Promise((resolve) => {
      this.#break = resolve;
    });
    this.#tunnel = new Tunnel(options.kubectl, objectName(options.settings, GATEWAY), (reason) => this.#break(reason));
  }

  get identity(): Identity | null {
    return this.#options.authority?.driver ?? null;
  }

  /** @throws DeploymentError with a page that says why. */
  async start(signal?: AbortSignal): Promise<void> {
    const { kubectl } = this.#options;
    const settings = await this.#settingsOf(this.#pods);
    const place = gatewayPlace(this.#pods, settings);
    await kubectl.apply([...manifests(this.#pods, settings), gateway(this.#pods, settings)], signal);
    await this.#served([...this.#pods, place], signal);
    this.#watchPods();
    this.#tunnel.open();
    await this.#reach(this.#pods);
  }

  async extend(pods: readonly PodSpec[]): Promise<void> {
    const taken = pods.filter(({ name }) => this.#pods.some((pod) => pod.name === name));
    if (taken.length > 0)
      throw new DeploymentError(`there is a pod already: ${taken.map(({ name }) => name).join(", ")}`);
    this.#pods.push(...pods);
    try {
      await this.#options.kubectl.apply(joining(pods, this.#pods, await this.#settingsOf(pods)));
      await this.#served(pods);
    } catch (error) {
      // Why they are not there matters more than what may be left of them.
      await this.remove(pods.map(({ name }) => name)).catch((left: Error) => this.#options.say(left.message));
      throw error;
    }
    await this.#reach(pods);
  }

  async remove(pods: readonly string[]): Promise<void> {
    const { kubectl, settings, logs } = this.#options;
    const known = this.#pods.filter(({ name }) => pods.includes(name)).map(({ name }) => name);
    if (known.length === 0) return;
    const labels = known.map(podLabel);
    for (const name of known) {
      this.#lasting.delete(podLabel(name));
      this.#tunnel.remove(name);
      this.#pods.splice(
        this.#pods.findIndex((pod) => pod.name === name),
        1,
      );
    }
    const which = `${this.#selector},${POD_LABEL} in (${labels.join(",")})`;
    await collectLogs(kubectl, which, logs).catch((error: Error) => this.#options.say(`logs: ${error.message}`));
    const { ending, rest } = removalOf(labels, settings);
    for (const words of ending) await kubectl.run(words);
    await this.#ended(which);
    for (const words of rest) await kubectl.run(words);
  }

  async shape(): Promise<void> {
    throw new Error("links between the nodes of a cluster are what they are");
  }

  address(pod: string): string {
    return this.#tunnel.address(pod);
  }

  addressAcross(pod: string): string {
    return this.address(pod);
  }

  async linkCpu(): Promise<number> {
    return 0;
  }

  async replace(pod: string, signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<number | null> {
    const { kubectl, logs } = this.#options;
    const label = podLabel(pod);
    const before = (await this.#objects()).filter((one) => one.kind === "Pod" && nameOf(one.metadata) === label);
    if (before.length === 0)
      throw new Error(`no pod ${pod}; there are: ${this.#pods.map(({ name }) => name).join(", ")}`);
    const names = before.map(({ metadata }) => metadata.name);
    await collectLogs(kubectl, `${this.#selector},${POD_LABEL}=${label}`, logs);
    const how = signal === "SIGKILL" ? ["--grace-period=0", "--force"] : [];
    await kubectl.run(["delete", "pod", ...names, ...how]);
    await this.#served(
      this.#pods.filter(({ name }) => name === pod),
      undefined,
      names,
    );
    return signal === "SIGKILL" ? null : (this.#exits.get(names[0]!) ?? null);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { kubectl, settings, logs, retain, say } = this.#options;
    this.#watch?.stop();
    this.#tunnel.close();
    // Whatever can't be read any more must not keep the rest from being deleted.
    await collectLogs(kubectl, `${this.#selector},app.kubernetes.io/component=stage`, logs).catch((error: Error) =>
      say(`logs: ${error.message}`),
    );
    if (!retain) return this.discard();
    say(`kubernetes: kept in namespace ${settings.namespace} until another takes its place; to delete it:`);
    say(`  ${kubectl.text(byHand(settings))}`);
  }

  /** Deletes it, and waits for that, though not for ever. */
  async discard(): Promise<void> {
    const { kubectl, settings, dryRun, say } = this.#options;
    const { namespace, existing } = settings;
    const failed: string[] = [];
    // What can't be deleted keeps nothing else from being deleted.
    const tried = (what: Promise<unknown>) =>
      what.catch((error: Error) => {
        if (dryRun || !(error instanceof CommandError)) throw error;
        failed.push(error.message);
      });
    const { ending, rest } = removal(settings);
    for (const words of ending) await tried(kubectl.run(words));
    await tried(this.#ended(this.#selector));
    for (const words of rest) await tried(kubectl.run(words));
    if (failed.length === 0) return;
    say(`kubernetes: not all of ${instanceOf(settings)} is deleted: ${failed.join("\n")}`);
    say(`  see what is left: ${kubectl.text(["get", "all", "--selector", this.#selector])}`);
    if (!existing) say(`  and why: kubectl get namespace ${namespace} --output yaml`);
  }

  get #selector(): string {
    return `app.kubernetes.io/instance=${instanceOf(this.#options.settings)}`;
  }

  #objects(signal?: AbortSignal): Promise<(PodJson | DeploymentJson)[]> {
    return this.#options.kubectl.list("deployments,pods", ["--selector", this.#selector], signal);
  }

  /** What the manifests of pods are made with: the files that they read, new keys for each. */
  async #settingsOf(pods: readonly PodSpec[]): Promise<KubernetesSettings> {
    const { settings, authority } = this.#options;
    const files = stageFiles(pods);
    return { ...settings, files, ...(authority === null ? {} : { certificates: await signAll(authority, pods) }) };
  }

  #reach(pods: readonly PodSpec[]): Promise<void> {
    const { settings } = this.#options;
    return this.#tunnel.add(new Map(pods.map(({ name }) => [name, `${objectName(settings, name)}:${GRPC_PORT}`])));
  }

  /**
   * Resolves when pods serve. @param gone names that Kubernetes gave to pods that do not count any more.
   * @throws DeploymentError when one never will, or is late.
   */
  async #served(pods: readonly Place[], signal?: AbortSignal, gone: readonly string[] = []): Promise<void> {
    const labels = pods.map(({ name }) => podLabel(name));
    const begin = performance.now();
    const since = new Map<string, number>();
    for (;;) {
      signal?.throwIfAborted();
      const objects = (await this.#objects(signal)).filter(({ metadata }) => !gone.includes(metadata.name));
      const serving = servingIn(objects);
      if (this.#options.dryRun || labels.every((label) => serving.has(label))) {
        for (const label of labels) this.#lasting.add(label);
        return;
      }
      const now = performance.now();
      const troubles = troublesOf(objects).filter(({ pod }) => labels.includes(pod));
      const lasting = troubles.filter(({ pod, cause, final }) => {
        const first = since.get(`${pod} ${cause}`) ?? now;
        since.set(`${pod} ${cause}`, first);
        return final || now - first > MENDING_SECONDS * 1e3;
      });
      const seconds = (now - begin) / 1e3;
      if (lasting.length > 0 || seconds > START_SECONDS) throw await this.#failure(pods, objects, troubles, seconds);
      await wait(POLL_SECONDS * 1e3, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
    }
  }

  /** Resolves when the containers of pods that were told to end have ended, or had their time. */
  async #ended(selector: string): Promise<void> {
    const until = performance.now() + GRACE_SECONDS * 1e3;
    for (;;) {
      const pods = await this.#options.kubectl.list<PodJson>("pods", ["--selector", selector]);
      const running = pods
        .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
        .flatMap(({ status }) => status.containerStatuses ?? [])
        .some(({ state }) => state?.running !== undefined);
      if (!running || performance.now() > until) return;
      await wait(POLL_SECONDS * 1e3);
    }
  }

  async #failure(
    pods: readonly Place[],
    objects: readonly (PodJson | DeploymentJson)[],
    troubles: readonly Trouble[],
    waited: number,
  ): Promise<DeploymentError> {
    const { kubectl, settings, logs } = this.#options;
    const { namespace, image } = settings;
    const [events, quotas, nodes] = await Promise.all([
      kubectl.list<EventJson>("events"),
      kubectl.list<QuotaJson>("resourcequotas").catch(() => []),
      kubectl.list<NodeJson>("nodes").catch(() => null),
    ]);
    const page = failurePage({
      ...{ namespace, image, waited, troubles, events, quotas, nodes, logs },
      pods,
      serving: pods.map(({ name }) => name).filter((name) => servingIn(objects).has(podLabel(name))),
      selectors: new Map(settings.nodes.map((node) => [node.name, nodeSelector(node)])),
      found: objects.filter((one) => one.kind === "Pod"),
    });
    mkdirSync(logs, { recursive: true });
    writeFileSync(join(logs, FAILURE_FILE), `${page}\n`);
    return new DeploymentError(page);
  }

  /** A container that ends is started afresh where it was, a pod that is gone elsewhere: it is broken when that does not help. */
  #watchPods(): void {
    const { kubectl, dryRun } = this.#options;
    const onChange = (object: Json) => {
      if (object.kind !== "Pod") return;
      for (const { state } of object.status.containerStatuses ?? [])
        if (state?.terminated !== undefined) this.#exits.set(object.metadata.name, state.terminated.exitCode);
      const why = this.#restarts.hopeless(object);
      if (why !== null && this.#lasting.has(nameOf(object.metadata))) this.#break(why);
    };
    this.#watch = kubectl.watch("pods", ["--selector", this.#selector], onChange);
    // Servers end a watch after a while.
    void this.#watch.ended.then(async () => {
      await wait(1000);
      if (this.#stopped === null && !dryRun) this.#watchPods();
    });
  }
}
