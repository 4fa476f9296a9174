import { SharedLink } from "../engine/link.ts";
import { SharedProcessor } from "../engine/processor.ts";
import type { Plan } from "../plan.ts";
import type { Costs } from "./costs.ts";
import { HOST, LINK, type Simulation } from "./simulation.ts";

/** How busy something was that pods share. */
export interface Resource {
  readonly kind: "host" | "link";
  readonly name: string;
  /** Core-seconds used over core-seconds there were; bytes carried over bytes that would have fitted. */
  readonly value: number;
}

/** What lines of a simulation share, by name: hosts, and links by the nodes that they go from and to. */
export class Shared {
  readonly #simulation: Simulation;
  readonly #hosts = new Map<string, SharedProcessor>();
  readonly #links = new Map<string, SharedLink>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Adds a plan's hosts. @throws RangeError if the cores of one are not known, or are others than in a plan before. */
  add(plan: Plan, costs: Costs): void {
    for (const { name } of plan.hosts) {
      const cores = costs.cores.get(name);
      if (cores === undefined)
        throw new RangeError(`host ${name}: its number of cores is neither in the topology nor in the profile`);
      const known = this.#hosts.get(name);
      if (known !== undefined && known.cores !== cores)
        throw new RangeError(`host ${name}: ${cores} cores in ${plan.id}, but ${known.cores} in a plan before`);
      if (known !== undefined) continue;
      const { agenda, hosts } = this.#simulation;
      const host = new SharedProcessor(agenda, this.#simulation.claim(HOST, hosts.length), cores);
      hosts.push(host);
      this.#hosts.set(name, host);
    }
  }

  hostOf(plan: Plan, node: string): SharedProcessor {
    return this.#hosts.get(plan.nodes.find(({ name }) => name === node)!.host)!;
  }

  /** The direction of a link that a plan's hop takes, `null` on loopback. @throws RangeError if its bandwidth is another than in a plan before. */
  linkOf(plan: Plan, costs: Costs, hop: number): SharedLink | null {
    if (plan.hops[hop]!.link === null) return null;
    const name = `${plan.pods[hop]!.node}>${plan.pods[hop + 1]!.node}`;
    const { bandwidth } = costs.hops[hop]!;
    const known = this.#links.get(name);
    if (known !== undefined && known.bandwidth !== bandwidth)
      throw new RangeError(`link ${name}: ${bandwidth} B/s in ${plan.id}, but ${known.bandwidth} in a plan before`);
    if (known !== undefined) return known;
    const { agenda, links } = this.#simulation;
    const link = new SharedLink(agenda, this.#simulation.claim(LINK, links.length), bandwidth);
    links.push(link);
    this.#links.set(name, link);
    return link;
  }

  /** Up to now. */
  resources(): Resource[] {
    const { now } = this.#simulation.agenda;
    const hosts = Array.from(this.#hosts, ([name, host]): Resource => {
      return { kind: "host", name, value: share(host.delivered, now * host.cores) };
    });
    const links = Array.from(this.#links, ([name, link]): Resource => {
      return { kind: "link", name, value: share(link.carried, now * link.bandwidth) };
    });
    return [...hosts, ...links];
  }
}

/** 0 of nothing is 0: a run may take no time. */
function share(used: number, available: number): number {
  return available > 0 ? used / available : 0;
}
