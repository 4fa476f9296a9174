import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CommandError, type Running } from "../../exec.ts";
import type { Identity } from "../../stage/security.ts";
import { type Deployment, DeploymentError, type PodSpec } from "../cluster.ts";
import type { DeploymentJson, EventJson, Json, NodeJson, PodJson, QuotaJson } from "./api.ts";
import { failurePage } from "./failure-page.ts";
import { GATEWAY, gateway, gatewayPlace } from "./gateway.ts";
import type { Kubectl } from "./kubectl.ts";
import { collectLogs } from "./logs.ts";
import { manifests } from "./manifests.ts";
import { byHand, removal } from "./removal.ts";
import { GRPC_PORT, instanceOf, type KubernetesSettings, objectName, shortened } from "./settings.ts";
import { allServe, nameOf, type Trouble, troubleOfPod, troublesOf } from "./troubles.ts";
import { Tunnel } from "./tunnel.ts";
import { nodeSelector } from "./workload.ts";

/** Pods may take so long to serve: their image may have to be pulled. */
const START_SECONDS = 300;
/** What may mend itself gets so long to do it. */
const MENDING_SECONDS = 10;
const POLL_SECONDS = 0.7;
const FAILURE_FILE = "failure.txt";

export interface DeployOptions {
  readonly kubectl: Kubectl;
  readonly settings: KubernetesSettings;
  /** Folder for one log file a pod. */
  readonly logs: string;
  /** Who the driver is to the pods; `null`: they speak plaintext. */
  readonly identity: Identity | null;
  /** Everything stays when it is stopped. */
  readonly retain: boolean;
  /** kubectl only says what it would do. */
  readonly dryRun: boolean;
  readonly say: (line: string) => void;
}

/** A line of pods in a namespace, reached through its gateway. */
export class KubernetesDeployment implements Deployment {
  readonly broken: Promise<string>;
  readonly #options: DeployOptions;
  readonly #pods: readonly PodSpec[];
  readonly #tunnel: Tunnel;
  /** Exit codes of the containers that ended, by the names that Kubernetes gave their pods. */
  readonly #exits = new Map<string, number>();
  #watch: Running | null = null;
  #break: (reason: string) => void = () => {};
  #stopped: Promise<void> | null = null;

  constructor(pods: readonly PodSpec[], options: DeployOptions) {
    this.#pods = pods;
    this.#options = options;
    this.broken = new Promise((resolve) => {
      this.#break = resolve;
    });
    this.#tunnel = new Tunnel(options.kubectl, objectName(options.settings, GATEWAY), (reason) => this.#break(reason));
  }

  /** @throws DeploymentError with a page that says why. */
  async start(signal?: AbortSignal): Promise<void> {
    const { kubectl, settings } = this.#options;
    await kubectl.apply([...manifests(this.#pods, settings), gateway(this.#pods, settings)], signal);
    const names = [...this.#pods.map(({ name }) => name), GATEWAY];
    await this.#served(
      names.map((name) => objectName(settings, name)),
      signal,
    );
    this.#watchPods();
    await this.#tunnel.open(
      new Map(this.#pods.map(({ name }) => [name, `${objectName(settings, name)}:${GRPC_PORT}`])),
    );
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
    const { kubectl, settings, logs } = this.#options;
    const label = shortened(pod, 63);
    const before = (await this.#objects()).filter((one) => one.kind === "Pod" && nameOf(one.metadata) === label);
    if (before.length === 0)
      throw new Error(`no pod ${pod}; there are: ${this.#pods.map(({ name }) => name).join(", ")}`);
    const names = before.map(({ metadata }) => metadata.name);
    await collectLogs(kubectl, `${this.#selector},edgetwin.dev/pod=${label}`, logs);
    const how = signal === "SIGKILL" ? ["--grace-period=0", "--force"] : [];
    await kubectl.run(["delete", "pod", ...names, ...how]);
    await this.#served([objectName(settings, pod)]);
    return signal === "SIGKILL" ? null : (this.#exits.get(names[0]!) ?? null);
  }

  get identity(): Identity | null {
    return this.#options.identity;
  }

  async extend(): Promise<void> {
    throw new DeploymentError("pods can't be added to a deployment on Kubernetes yet");
  }

  async remove(): Promise<void> {
    throw new DeploymentError("pods can't be removed from a deployment on Kubernetes yet");
  }

  async shape(): Promise<void> {
    throw new Error("links of a cluster are what they are");
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { kubectl, settings, logs, retain, dryRun, say } = this.#options;
    this.#watch?.stop();
    this.#tunnel.close();
    // Whatever can't be read any more must not keep the rest from being deleted.
    await collectLogs(kubectl, `${this.#selector},app.kubernetes.io/component=stage`, logs).catch((error: Error) =>
      say(`logs: ${error.message}`),
    );
    const { namespace } = settings;
    if (retain) {
      say(
        `kubernetes: namespace ${namespace} keeps ${instanceOf(settings)}; to delete it: ${kubectl.text(byHand(settings))}`,
      );
      return;
    }
    try {
      for (const words of removal(settings)) await kubectl.run(words);
    } catch (error) {
      if (dryRun || !(error instanceof CommandError)) throw error;
      say(`kubernetes: not all of ${instanceOf(settings)} is deleted: ${error.message}`);
      say(`  see what is left: ${kubectl.text(["get", "all", "--selector", this.#selector])}`);
      if (!settings.existing) say(`  and why: kubectl get namespace ${namespace} --output yaml`);
    }
  }

  get #selector(): string {
    return `app.kubernetes.io/instance=${instanceOf(this.#options.settings)}`;
  }

  #objects(signal?: AbortSignal): Promise<(PodJson | DeploymentJson)[]> {
    return this.#options.kubectl.list("deployments,pods", ["--selector", this.#selector], signal);
  }

  /** Resolves when Deployments have a pod each that serves. @throws DeploymentError when one never will, or is late. */
  async #served(names: readonly string[], signal?: AbortSignal): Promise<void> {
    const begin = performance.now();
    const since = new Map<string, number>();
    for (;;) {
      signal?.throwIfAborted();
      const objects = await this.#objects(signal);
      if (this.#options.dryRun || allServe(objects, names)) return;
      const now = performance.now();
      const troubles = troublesOf(objects);
      const lasting = troubles.filter(({ pod, cause, final }) => {
        const first = since.get(`${pod} ${cause}`) ?? now;
        since.set(`${pod} ${cause}`, first);
        return final || now - first > MENDING_SECONDS * 1e3;
      });
      const seconds = (now - begin) / 1e3;
      if (lasting.length > 0 || seconds > START_SECONDS) throw await this.#failure(objects, troubles, seconds);
      await wait(POLL_SECONDS * 1e3, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
    }
  }

  async #failure(
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
      pods: [...this.#pods.map(({ name, node }) => ({ name, node })), gatewayPlace(this.#pods, settings)],
      serving: [...this.#pods.map(({ name }) => name), GATEWAY].filter((name) =>
        allServe(objects, [objectName(settings, name)]),
      ),
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
      const trouble = troubleOfPod(object);
      if (trouble?.final) this.#break(`${trouble.pod}: ${trouble.message}`);
    };
    this.#watch = kubectl.watch("pods", ["--selector", this.#selector], onChange);
    // Servers end a watch after a while.
    void this.#watch.ended.then(async () => {
      await wait(1000);
      if (this.#stopped === null && !dryRun) this.#watchPods();
    });
  }
}
