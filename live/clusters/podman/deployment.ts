import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Link } from "../../../sim/topology/topology.ts";
import { CommandError, commandText, type Runner } from "../../exec.ts";
import { PodClient } from "../../measure/pod-client.ts";
import { tail } from "../children.ts";
import { type Deployment, DeploymentError, type PodSpec } from "../cluster.ts";
import { DRAIN_SECONDS } from "../kubernetes/pod-config.ts";
import { manifestsYaml } from "../kubernetes/yaml.ts";
import type { LinkShape } from "../relay.ts";
import { addressesIn, type PlayedPod } from "./dialect.ts";

/** A pod with a small CPU limit takes long to start Node. */
const START_SECONDS = 60;
/** What pods have to end in when all of them are to: nobody waits for their frames. */
const END_SECONDS = 2;
/** Between two looks at whether a container runs on. Each takes about 2 ms of CPU time. */
const WATCH_INTERVAL = "1s";
/** Of a container that a signal has killed, as a shell has it. */
const KILLED = 137;
/** In a dry run podman does not say which one it took. */
const DRY_SUBNET = "10.89.0.0/24";

export interface PodmanPod extends PlayedPod {
  /** In the plan. */
  readonly name: string;
  /** At which this machine reaches it. */
  readonly address: string;
}

export interface PodmanRun {
  /** Describes pods that are to be added. */
  readonly describe: (pods: readonly PodSpec[]) => Promise<PodmanPod[]>;
  /** Its name, which its network has, and its objects' names begin with. */
  readonly run: string;
  /** Flags that label what podman creates. */
  readonly labels: readonly string[];
  /** Folder of the pods' logs. */
  readonly logs: string;
  readonly retain: boolean;
  readonly dryRun: boolean;
  readonly runner: Runner;
  readonly say: (line: string) => void;
}

/** A container whose end is waited for. */
interface Watch {
  /** A pod that ends from now on is a deployment's end. */
  armed: boolean;
  readonly ended: Promise<string>;
}

/** Pods that `podman kube play` runs. */
export class PodmanDeployment implements Deployment {
  /** On one machine, in a network of their own, pods speak plaintext. */
  readonly identity = null;
  readonly broken: Promise<string>;
  readonly #run: PodmanRun;
  readonly #pods = new Map<string, PodmanPod>();
  /** By pod: which of the network's addresses it has. */
  readonly #places = new Map<string, number>();
  readonly #watches = new Map<string, Watch>();
  /** By pod: what its log holds of those that were there before it. */
  readonly #earlier = new Map<string, string>();
  readonly #watching = new AbortController();
  #break: (reason: string) => void = () => {};
  #subnet = DRY_SUBNET;
  #stopped: Promise<void> | null = null;

  constructor(run: PodmanRun) {
    this.#run = run;
    this.broken = new Promise((resolve) => {
      this.#break = resolve;
    });
  }

  /** @param signal ends it between two pods. @throws DeploymentError, CommandError */
  async start(pods: readonly PodSpec[], signal?: AbortSignal): Promise<void> {
    const { run, labels, dryRun } = this.#run;
    await this.#podman("network", "create", ...labels, run);
    const format = "{{range .Subnets}}{{.Subnet}} {{end}}";
    const subnets = await this.#podman("network", "inspect", "--format", format, run);
    if (!dryRun) this.#subnet = subnets.split(" ").find((subnet) => subnet.includes(".")) ?? DRY_SUBNET;
    await this.#add(pods, signal);
  }

  async extend(pods: readonly PodSpec[]): Promise<void> {
    const taken = pods.find(({ name }) => this.#pods.has(name));
    if (taken !== undefined) throw new DeploymentError(`there is a pod ${taken.name} already`);
    try {
      await this.#add(pods);
    } catch (error) {
      await this.remove(pods.map(({ name }) => name));
      throw error;
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    const pods = names.flatMap((name) => this.#pods.get(name) ?? []);
    if (pods.length === 0) return;
    for (const { name } of pods) {
      const watch = this.#watches.get(name);
      if (watch !== undefined) watch.armed = false;
    }
    await this.#drain(pods, DRAIN_SECONDS);
    for (const step of this.#deleting(pods)) await this.#podman(...step);
    for (const { name } of pods) {
      this.#pods.delete(name);
      this.#places.delete(name);
    }
  }

  async #add(specs: readonly PodSpec[], signal?: AbortSignal): Promise<void> {
    const pods = await this.#run.describe(specs);
    for (const pod of pods) {
      this.#pods.set(pod.name, pod);
      const taken = new Set(this.#places.values());
      this.#places.set(pod.name, Array.from({ length: taken.size + 1 }, (_, i) => i).find((i) => !taken.has(i))!);
      this.#remember(pod);
    }
    for (const pod of pods) {
      signal?.throwIfAborted();
      await this.#play(pod, [...pod.volumes, ...pod.objects]);
    }
    await Promise.all(pods.map((pod) => this.#serving(pod, signal)));
  }

  address(pod: string): string {
    return this.#pod(pod).address;
  }

  /** Links are what the machine's network is. */
  addressAcross(pod: string): string {
    return this.address(pod);
  }

  async linkCpu(): Promise<number> {
    return 0;
  }

  async shape({ between }: Link, _shape: LinkShape): Promise<void> {
    throw new Error(`link ${between.join("-")} is this machine's own between podman's pods, and stays as it is`);
  }

  /** The pod that starts afresh is another one, with the same name and address, as a kubelet's would be. */
  async replace(name: string, signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<number | null> {
    const pod = this.#pod(name);
    const watch = this.#watches.get(name);
    if (watch !== undefined) watch.armed = false;
    if (signal === "SIGKILL") await this.#podman("kill", "--signal", signal, pod.container);
    else await this.#podman("stop", "--time", String(DRAIN_SECONDS), pod.container);
    const code = Number(await this.#podman("wait", pod.container));
    await this.#keepLog(pod);
    this.#remember(pod);
    await this.#podman("pod", "rm", "--force", "--time", "0", pod.pod);
    await this.#play(pod, pod.objects);
    await this.#serving(pod);
    return code === KILLED ? null : code;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    const { run, retain, say } = this.#run;
    for (const watch of this.#watches.values()) watch.armed = false;
    const pods = [...this.#pods.values()];
    const steps = [...this.#deleting(pods), ["network", "prune", "--force", ...this.#mine()]];
    const typed = steps.map((step) => `\n  ${commandText(["podman", ...step])}`).join("");
    try {
      if (retain) for (const pod of pods) await this.#keepLog(pod);
      else await this.#drain(pods, END_SECONDS);
      if (retain) say(`podman: the pods of ${run} stay; what deletes them:${typed}`);
      else for (const step of steps) await this.#podman(...step);
    } catch (error) {
      // What went wrong before is what matters more, and is on its way.
      say(`podman: ${run} is not deleted whole: ${(error as Error).message}\nto try again:${typed}`);
    } finally {
      this.#watching.abort();
    }
  }

  /** Has pods end, and keeps their logs. @param seconds that they may take. */
  async #drain(pods: readonly PodmanPod[], seconds: number): Promise<void> {
    const containers = pods.map(({ container }) => container);
    await this.#podman("stop", "--ignore", "--time", String(seconds), ...containers);
    await Promise.all(pods.map((pod) => this.#keepLog(pod)));
  }

  /** What deletes pods, and volumes that no pod has. */
  #deleting(pods: readonly PodmanPod[]): string[][] {
    return [
      ["pod", "rm", "--force", "--ignore", "--time", "0", ...pods.map(({ pod }) => pod)],
      ["volume", "prune", "--force", ...this.#mine()],
    ];
  }

  #mine(): string[] {
    return ["--filter", `label=app.kubernetes.io/instance=${this.#run.run}`];
  }

  async #play(pod: PodmanPod, objects: PlayedPod["objects"]): Promise<void> {
    const { run, dryRun } = this.#run;
    const { ip, mac } = addressesIn(this.#subnet, this.#places.get(pod.name)!);
    const network = `${run}:alias=${pod.alias},ip=${ip},mac=${mac}`;
    const words = ["podman", "kube", "play", "--quiet", "--network", network, "-"];
    try {
      await this.#run.runner.run(words, { input: manifestsYaml(objects) });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const taken = /address already in use/.test(error.message);
      const why = taken ? `${pod.address} is in use by another program by now: try again` : error.message;
      throw new DeploymentError(`${pod.name} did not start: ${why}`);
    }
    if (!dryRun) this.#watch(pod);
  }

  #watch(pod: PodmanPod): void {
    const words = ["podman", "wait", "--interval", WATCH_INTERVAL, pod.container];
    const ended = this.#run.runner.run(words, { signal: this.#watching.signal }).then(
      (code) => (Number(code) === KILLED ? "was killed by SIGKILL" : `ended with exit code ${code.trim()}`),
      (error: Error) => `is not watched any more: ${error.message}`,
    );
    const watch: Watch = { armed: false, ended };
    this.#watches.set(pod.name, watch);
    void ended.then(async (how) => {
      if (!watch.armed) return;
      await this.#keepLog(pod);
      this.#break(`${pod.name} ${how}${tail(this.#log(pod))}`);
    });
  }

  /** @throws DeploymentError with its last log lines if it ends before it serves, or does not serve in time. */
  async #serving(pod: PodmanPod, signal?: AbortSignal): Promise<void> {
    if (this.#run.dryRun) return;
    const watch = this.#watches.get(pod.name)!;
    const client = new PodClient(pod.name, pod.address, this.identity);
    const until = performance.now() + START_SECONDS * 1e3;
    let waiting = true;
    const answered = async (): Promise<string | null> => {
      while (waiting && performance.now() < until) {
        const answers = await client.probe(0).then(
          () => true,
          () => false,
        );
        if (answers) return null;
      }
      return `not ready after ${START_SECONDS} s`;
    };
    const why = await Promise.race([answered(), watch.ended, aborted(signal)]);
    waiting = false;
    client.close();
    signal?.throwIfAborted();
    if (why !== null) {
      await this.#keepLog(pod);
      throw new DeploymentError(`${pod.name} did not start: ${why}${tail(this.#log(pod))}`);
    }
    watch.armed = true;
  }

  #pod(name: string): PodmanPod {
    const pod = this.#pods.get(name);
    if (pod === undefined) throw new Error(`no pod ${name}; there are: ${[...this.#pods.keys()].join(", ")}`);
    return pod;
  }

  #log({ name }: PodmanPod): string {
    return join(this.#run.logs, `${name}.log`);
  }

  #remember(pod: PodmanPod): void {
    const log = this.#log(pod);
    if (existsSync(log)) this.#earlier.set(pod.name, readFileSync(log, "utf8"));
  }

  /** Writes what a container has said to its pod's log. Of one that was never there, or is gone, it stays as it is. */
  async #keepLog(pod: PodmanPod): Promise<void> {
    let said: string;
    try {
      said = await this.#run.runner.run(["podman", "logs", pod.container], { both: true });
    } catch (error) {
      if (error instanceof CommandError) return;
      throw error;
    }
    if (!this.#run.dryRun) writeFileSync(this.#log(pod), `${this.#earlier.get(pod.name) ?? ""}${said}`);
  }

  /** Runs podman, and returns what it printed. */
  async #podman(...words: readonly string[]): Promise<string> {
    return this.#run.runner.run(["podman", ...words]);
  }
}

function aborted(signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve) => {
    signal?.addEventListener("abort", () => resolve("interrupted"), { once: true });
  });
}
