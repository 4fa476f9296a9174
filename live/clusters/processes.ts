import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Link } from "../../sim/topology/topology.ts";
import { ownSurroundings } from "../measure/fingerprint.ts";
import { now } from "../stage/clock.ts";
import type { PodConfigInput } from "../stage/config.ts";
import { NODE_FLAGS, POD_ENVIRONMENT } from "../stage/runtime.ts";
import type { Identity } from "../stage/security.ts";
import { end, ended, ending, GRACE_SECONDS, tail } from "./children.ts";
import { type Cluster, type Deployment, DeploymentError, type PodSpec } from "./cluster.ts";
import { freePorts } from "./free-ports.ts";
import { LocalKeys } from "./local-keys.ts";
import type { LinkShape, RelayAnswer, RelayConfig, RelayRequest } from "./relay.ts";

const HOST = "127.0.0.1";
const START_SECONDS = 30;
/** A pod that is to stay away for a while is started so long before. */
const EARLY_SECONDS = 5;
/** This module runs from source (.ts) or from the built package (.js); so do the programs that it starts. */
const EXTENSION = import.meta.url.endsWith(".ts") ? "ts" : "js";
const POD_PROGRAM = fileURLToPath(new URL(`../stage/main.${EXTENSION}`, import.meta.url));
const RELAY_PROGRAM = fileURLToPath(new URL(`./relay.${EXTENSION}`, import.meta.url));

/** Of each kind of a request. */
type Unnumbered<T> = T extends unknown ? Omit<T, "id"> : never;

interface Program {
  readonly name: string;
  readonly file: string;
  readonly environment: Record<string, string>;
  readonly log: string;
}

/** A cluster whose pods are this process's children. */
export interface LocalCluster extends Cluster {
  deploy(pods: readonly PodSpec[], logs: string): Promise<LocalDeployment>;
}

/** @param tls pods prove to each other who they are, as on a cluster; on one machine there is nobody to hide from. */
export function localProcesses({ tls }: { readonly tls: boolean }): LocalCluster {
  return {
    name: "processes",
    real: false,
    async deploy(pods, logs) {
      mkdirSync(logs, { recursive: true });
      const deployment = new LocalDeployment(logs);
      try {
        if (tls) await deployment.secure();
        await deployment.start(pods);
      } catch (error) {
        await deployment.stop();
        throw error;
      }
      return deployment;
    },
    surroundings: async (nodes) => ownSurroundings(nodes),
  };
}

/** Pods as child processes of this one, links between nodes as relays. */
export const processes: Cluster = localProcesses({ tls: false });

export class LocalDeployment implements Deployment {
  readonly broken: Promise<string>;
  readonly #logs: string;
  readonly #children = new Map<string, ChildProcess>();
  readonly #programs = new Map<string, Program>();
  readonly #ports = new Map<string, number>();
  readonly #relayPorts = new Map<string, number>();
  #break: (reason: string) => void = () => {};
  #keys: LocalKeys | null = null;
  #stopping = false;
  /** What links were made; and how many questions relays were asked. */
  readonly #shapes = new Map<string, LinkShape>();
  #asked = 0;

  constructor(logs: string) {
    this.#logs = logs;
    this.broken = new Promise((resolve) => {
      this.#break = resolve;
    });
  }

  get identity(): Identity | null {
    return this.#keys?.driver ?? null;
  }

  /** Pods that are started from now on have certificates, and the driver has. */
  async secure(): Promise<void> {
    this.#keys = await LocalKeys.create();
  }

  async start(pods: readonly PodSpec[]): Promise<void> {
    const hops = pods.filter((pod) => pod.link !== null && pod.upstream !== null && "pod" in pod.upstream);
    const ports = await freePorts(pods.length + hops.length);
    for (const pod of pods) this.#ports.set(pod.name, ports.pop()!);
    const relays = new Map<string, { link: Link; routes: { listen: number; target: number }[] }>();
    for (const { link, upstream } of hops) {
      const { pod } = upstream as { pod: string };
      const name = linkName(link!);
      const route = `${name} ${pod}`;
      if (this.#relayPorts.has(route)) continue;
      const listen = ports.pop()!;
      this.#relayPorts.set(route, listen);
      const relay = relays.get(name) ?? { link: link!, routes: [] };
      relay.routes.push({ listen, target: this.#ports.get(pod)! });
      relays.set(name, relay);
    }
    const started: string[] = [];
    for (const [name, { link, routes }] of relays) {
      if (this.#programs.has(`link-${name}`))
        for (const route of routes) await this.#ask(link, { ask: "route", route });
      else started.push(this.#addRelay(name, link, routes));
    }
    for (const pod of pods) started.push(await this.#addPod(pod));
    await Promise.all(started.map((name) => this.#launch(this.#programs.get(name)!)));
  }

  async extend(pods: readonly PodSpec[]): Promise<void> {
    const taken = pods.find(({ name }) => this.#ports.has(name));
    if (taken !== undefined) throw new DeploymentError(`there is a pod ${taken.name} already`);
    try {
      await this.start(pods);
    } catch (error) {
      await this.remove(pods.map(({ name }) => name));
      throw error;
    }
  }

  async remove(pods: readonly string[]): Promise<void> {
    const children = pods.flatMap((name) => this.#children.get(name) ?? []);
    for (const name of pods) {
      this.#children.delete(name);
      this.#programs.delete(name);
      this.#ports.delete(name);
      for (const route of this.#relayPorts.keys()) if (route.endsWith(` ${name}`)) this.#relayPorts.delete(route);
    }
    await end(children);
  }

  address(pod: string): string {
    return `${HOST}:${this.#ports.get(pod)}`;
  }

  /** Of a pod's process. @throws Error if there is no such pod just now. */
  pid(pod: string): number {
    const pid = this.#children.get(pod)?.pid;
    if (pid === undefined) throw new Error(`pod ${pod} has no process`);
    return pid;
  }

  addressAcross(pod: string, link: Link): string {
    return `${HOST}:${this.#relayPorts.get(`${linkName(link)} ${pod}`)}`;
  }

  async linkCpu(link: Link): Promise<number> {
    return this.#children.has(`link-${linkName(link)}`) ? (await this.#ask(link, { ask: "cpu" })).cpu : 0;
  }

  async shape(link: Link, shape: LinkShape): Promise<void> {
    this.#shapes.set(linkName(link), { ...this.#shapes.get(linkName(link)), ...shape });
    if (this.#children.has(`link-${linkName(link)}`)) await this.#ask(link, { ask: "shape", shape });
  }

  /** @throws DeploymentError if the relay could not do it. */
  async #ask(link: Link, request: Unnumbered<RelayRequest>): Promise<RelayAnswer> {
    const relay = this.#children.get(`link-${linkName(link)}`)!;
    const id = this.#asked++;
    const answer = await new Promise<RelayAnswer>((resolve) => {
      const hear = (answer: RelayAnswer) => {
        if (answer.id !== id) return;
        relay.off("message", hear);
        resolve(answer);
      };
      relay.on("message", hear);
      relay.channel?.ref();
      relay.send({ id, ...request });
    });
    if (relay.listenerCount("message") === 0) relay.channel?.unref();
    if (answer.error !== undefined) throw new DeploymentError(answer.error);
    return answer;
  }

  async replace(pod: string, signal: "SIGKILL" | "SIGTERM" = "SIGKILL", away = 0): Promise<number | null> {
    const child = this.#children.get(pod);
    const program = this.#programs.get(pod);
    if (child === undefined || program === undefined)
      throw new Error(`no pod ${pod}; there are: ${[...this.#ports.keys()].join(", ")}`);
    this.#children.delete(pod);
    const gone = ended(child);
    child.kill(signal);
    await gone;
    // It starts meanwhile, and then waits.
    const serveAt = String(now() + away);
    await wait(Math.max(0, away - EARLY_SECONDS) * 1e3);
    if (this.#stopping) return child.exitCode;
    await this.#launch({ ...program, environment: { ...program.environment, EDGETWIN_SERVE_AT: serveAt } });
    return child.exitCode;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const children = [...this.#children.values()];
    await end(children);
    this.#children.clear();
    this.#keys?.remove();
  }

  async #addPod(pod: PodSpec): Promise<string> {
    const { name, node, emulate = [], stages, baseDirectory, upstream, link } = pod;
    const { compression = "none", workers = 0, replay = 0 } = pod;
    let address: string | null = null;
    if (upstream !== null) {
      if ("address" in upstream) ({ address } = upstream);
      else address = link === null ? this.address(upstream.pod) : this.addressAcross(upstream.pod, link);
    }
    const config: PodConfigInput = {
      name,
      node,
      emulate,
      stages,
      baseDirectory,
      host: HOST,
      port: this.#ports.get(name)!,
      upstream: address,
      compression,
      workers,
      replay,
      tls: (await this.#keys?.sign(pod)) ?? null,
      gracePeriod: GRACE_SECONDS,
    };
    return this.#add(name, POD_PROGRAM, { EDGETWIN_POD: JSON.stringify(config) });
  }

  #addRelay(name: string, link: Link, routes: RelayConfig["routes"]): string {
    // Also before it carries anything a link may have been made another one.
    const { bandwidth, delay } = link;
    const config: RelayConfig = { name, bandwidth, delay, routes, ...this.#shapes.get(name) };
    return this.#add(`link-${name}`, RELAY_PROGRAM, { EDGETWIN_RELAY: JSON.stringify(config) });
  }

  #add(name: string, file: string, environment: Record<string, string>): string {
    this.#programs.set(name, { name, file, environment, log: join(this.#logs, `${name}.log`) });
    return name;
  }

  async #launch(program: Program): Promise<void> {
    const { name, file, environment, log } = program;
    const output = openSync(log, "a");
    const child = spawn(process.execPath, [...NODE_FLAGS, file], {
      env: { ...process.env, ...POD_ENVIRONMENT, ...environment },
      // The channel tells when the program is ready, and ends it should this process die.
      stdio: ["ignore", output, output, "ipc"],
      // Ctrl-C in a terminal reaches the whole process group: out of it, these are ended by this process, in order.
      detached: true,
    });
    closeSync(output);
    this.#children.set(name, child);
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new DeploymentError(`${name} did not start: ${why}${tail(log)}`));
      const late = setTimeout(() => fail(`not ready after ${START_SECONDS} s`), START_SECONDS * 1e3);
      child.once("message", () => {
        clearTimeout(late);
        child.removeAllListeners("exit");
        child.once("exit", (code, signal) => this.#exited(name, child, code, signal));
        resolve();
      });
      child.once("error", (error) => fail(error.message));
      child.once("exit", (code, signal) => {
        clearTimeout(late);
        fail(ending(code, signal));
      });
    });
    child.channel?.unref();
    child.unref();
  }

  #exited(name: string, child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping || this.#children.get(name) !== child) return;
    this.#break(`${name} ${ending(code, signal)}${tail(this.#programs.get(name)!.log)}`);
  }
}

export function linkName(link: Link): string {
  return link.between.join("-");
}
