import { SharedLink } from "../engine/link.ts";
import { SharedProcessor } from "../engine/processor.ts";
import { type Processor, QuotaProcessor } from "../engine/quota.ts";
import type { Plan } from "../plan.ts";
import type { Costs } from "./costs.ts";
import { HOST, LINK, QUOTA, type Simulation } from "./simulation.ts";
import { SlowProcessor } from "./slow-processor.ts";

/** How busy something was that pods share. */
export interface Resource {
  /** What it is. */
  readonly kind: "host" | "link";
  /** Of a host; of a link, the nodes that it goes from and to, `edge>server`. */
  readonly name: string;
  /** Core-seconds used over core-seconds there were; bytes carried over bytes that would have fitted. */
  readonly value: number;
}

interface Host {
  readonly cores: number;
  /** Core-seconds so far. */
  readonly delivered: number;
}

interface Link {
  readonly bandwidth: number;
  /** Bytes so far that have left the sender, and that would have fitted. */
  readonly carried: number;
  readonly capacity: number;
}

/** What lines that are simulated together share, by name: hosts, and links by the nodes that they go from and to. */
export abstract class Commons<H extends Host, L extends Link> {
  protected readonly hosts = new Map<string, H>();
  protected readonly links = new Map<string, L>();

  /** @param limited Some pod there has a limit. */
  protected abstract newHost(cores: number, limited: boolean): H;
  protected abstract newLink(bandwidth: number): L;

  /** Adds the hosts of plans. @throws RangeError if the cores of one are not known, or are others in two plans. */
  add(lines: readonly { readonly plan: Plan; readonly costs: Costs }[]): void {
    const limited = new Set<string>();
    for (const { plan } of lines)
      for (const { host, cpus, quota } of plan.nodes) if ((cpus ?? quota) !== undefined) limited.add(host);
    for (const { plan, costs } of lines) {
      for (const { name } of plan.hosts) {
        const cores = costs.cores.get(name);
        if (cores === undefined)
          throw new RangeError(`host ${name}: its number of cores is neither in the topology nor in the profile`);
        const known = this.hosts.get(name);
        if (known === undefined) this.hosts.set(name, this.newHost(cores, limited.has(name)));
        else if (known.cores !== cores)
          throw new RangeError(`host ${name}: ${cores} cores in ${plan.id}, but ${known.cores} in a plan before`);
      }
    }
  }

  hostOf(plan: Plan, node: string): H {
    return this.hosts.get(nodeOf(plan, node).host)!;
  }

  /** The direction of a link that a plan's hop takes, `null` on loopback. @throws RangeError if its bandwidth is another than in a plan before. */
  linkOf(plan: Plan, costs: Costs, hop: number): L | null {
    if (plan.hops[hop]!.link === null) return null;
    const name = `${plan.pods[hop]!.node}>${plan.pods[hop + 1]!.node}`;
    const { bandwidth } = costs.hops[hop]!;
    const known = this.links.get(name);
    if (known !== undefined && known.bandwidth !== bandwidth)
      throw new RangeError(`link ${name}: ${bandwidth} B/s in ${plan.id}, but ${known.bandwidth} in a plan before`);
    const link = known ?? this.newLink(bandwidth);
    this.links.set(name, link);
    return link;
  }

  /** @param now Up to when, which is the present, seconds. */
  resources(now: number): Resource[] {
    const hosts = Array.from(this.hosts, ([name, host]): Resource => {
      return { kind: "host", name, value: share(host.delivered, now * host.cores) };
    });
    const links = Array.from(this.links, ([name, link]): Resource => {
      return { kind: "link", name, value: share(link.carried, link.capacity) };
    });
    return [...hosts, ...links];
  }
}

/** What lines of a simulation share. */
export class Shared extends Commons<Processor, SharedLink> {
  readonly #simulation: Simulation;
  /** By node and host, a task that has the quota of all its pods. */
  readonly #limited = new Map<string, number>();
  /** By node and host. */
  readonly #slow = new Map<string, SlowProcessor>();

  constructor(simulation: Simulation) {
    super();
    this.#simulation = simulation;
  }

  protected override newHost(cores: number, limited: boolean): Processor {
    const simulation = this.#simulation;
    const { agenda, hosts } = simulation;
    const finishes = simulation.claim(HOST, hosts.length);
    const host = limited
      ? new QuotaProcessor(agenda, { finishes, quotas: simulation.claim(QUOTA, hosts.length) }, cores)
      : new SharedProcessor(agenda, finishes, cores);
    hosts.push(host);
    return host;
  }

  protected override newLink(bandwidth: number): SharedLink {
    const { agenda, links } = this.#simulation;
    const link = new SharedLink(agenda, this.#simulation.claim(LINK, links.length), bandwidth);
    links.push(link);
    return link;
  }

  /** As a node has it that is slower for a while. */
  slowHostOf(plan: Plan, node: string): SlowProcessor {
    const key = placeOf(plan, node);
    const known = this.#slow.get(key) ?? new SlowProcessor(this.hostOf(plan, node));
    this.#slow.set(key, known);
    return known;
  }

  /** Both directions of the link between two nodes, as far as frames take them. */
  linksOf([a, b]: readonly [string, string]): SharedLink[] {
    return [this.links.get(`${a}>${b}`), this.links.get(`${b}>${a}`)].filter((link) => link !== undefined);
  }

  /** Holds all threads of a pod to what its node lets it have, or all of its pods together. @param tasks what its host calls their work. */
  limit(plan: Plan, node: string, tasks: readonly number[]): void {
    const { cpus, quota } = nodeOf(plan, node);
    const host = this.hostOf(plan, node);
    if (!(host instanceof QuotaProcessor)) return;
    const key = placeOf(plan, node);
    const other = this.#limited.get(key);
    if (other !== undefined) host.join(tasks, other);
    else if (cpus !== undefined || quota !== undefined) host.limit(tasks, (cpus ?? quota)!);
    if (quota !== undefined) this.#limited.set(key, tasks[0]!);
  }
}

function nodeOf({ nodes }: Plan, node: string): Plan["nodes"][number] {
  return nodes.find(({ name }) => name === node)!;
}

/** Nodes of one name on two hosts are two. */
export function placeOf(plan: Plan, node: string): string {
  return `${node} on ${nodeOf(plan, node).host}`;
}

/** 0 of nothing is 0: a run may take no time. */
function share(used: number, available: number): number {
  return available > 0 ? used / available : 0;
}
