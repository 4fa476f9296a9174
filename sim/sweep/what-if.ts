import type { Plan } from "../plan.ts";
import type { LinkCost, Profile } from "../profile.ts";
import type { Link, Node, Topology } from "../topology/topology.ts";
import { linkName } from "./parameters.ts";

// A profile is measured once, for the base topology. What it says of a topology whose links, nodes or hosts differ is worked out
// here; nothing is measured again, and nothing of the base is changed where the two agree.

/**
 * What a profile of `base` would be for `changed`, which has the same nodes, links and stages.
 *
 * - A **link** keeps what was measured to deviate from its nominal values: bandwidth' = nominal' x measured / nominal, delay' =
 *   nominal' + (measured - nominal), at least 0. A link without a nominal bandwidth keeps its measured one as a ceiling. The same
 *   is done to what its line would be without each round, so that it is as uncertain as what it was made of.
 * - An **emulated node** (`speed` below 1) paces its pods by the plan's speed: the profile stays, see {@link planUnder}.
 * - A **real node**, or one that shall be faster than its host, has its CPU samples, and times on the way over its loopback,
 *   divided by the speed. Time on a link that is the receiving end's work is not told apart from the link's own, and stays.
 * - A **host**'s cores are the plan's. Wake-ups, acknowledgements and lateness are the operating system's, and stay.
 *
 * @throws RangeError if `changed` lacks a node or link of `base`.
 */
export function profileUnder(profile: Profile, base: Topology, changed: Topology): Profile {
  const factors = new Map(
    base.nodes.map((node) => [node.name, cpuFactor(node, sameNode(changed, node.name).speed)] as const),
  );
  const links = profile.links.map((cost) => linkUnder(cost, base, changed, factors));
  if ([...factors.values()].every((factor) => factor === 1)) {
    return links.every((link, i) => link === profile.links[i]) ? profile : { ...profile, links };
  }
  const of = (node: string) => factors.get(node) ?? 1;
  return {
    ...profile,
    links,
    computes: profile.computes.map((cost) => ({ ...cost, cpu: threads(cost.cpu, of(cost.node)) })),
    messages: profile.messages.map((cost) => ({ ...cost, cpu: times(cost.cpu, of(cost.node)) })),
    handovers: profile.handovers.map((cost) => ({ ...cost, seconds: times(cost.seconds, of(cost.node)) })),
    loopbacks: profile.loopbacks.map((cost) => ({ ...cost, seconds: times(cost.seconds, of(cost.node)) })),
    compressions: profile.compressions.map((cost) => ({
      ...cost,
      compress: threads(cost.compress, of(cost.node)),
      decompress: threads(cost.decompress, of(cost.node)),
    })),
  };
}

/**
 * A plan of `base` as `changed` has its hosts, nodes, links, window, disturbances, and how many frames come how.
 * @throws RangeError if `changed` lacks one of them.
 */
export function planUnder({ disturbances: _, ...plan }: Plan, base: Topology, changed: Topology): Plan {
  const { window, frames, warmup, arrivals, overflow, buffer = 0 } = changed.workload;
  const { load, seed } = plan.workload;
  const hops = plan.hops.map((hop) => {
    return { ...hop, window, link: hop.link === null ? null : sameLink(changed, hop.link.between) };
  });
  const nodes = base.nodes.map((node) => {
    const other = sameNode(changed, node.name);
    // Where samples are scaled instead, nothing is held.
    return cpuFactor(node, other.speed) === 1 ? other : { ...other, speed: 1 };
  });
  const { hosts, disturbances } = changed;
  const workload = { frames, warmup, load, ...(arrivals && { arrivals }), ...(overflow && { buffer }), seed };
  return { ...plan, hosts, nodes, hops, workload, ...(disturbances && { disturbances }) };
}

/** What CPU samples of a node are multiplied by: those of an emulated one are of its host, and its pace is the plan's. */
function cpuFactor({ speed: measured }: Node, speed: number): number {
  return measured === 1 || speed > 1 ? 1 / speed : 1;
}

function linkUnder(cost: LinkCost, base: Topology, changed: Topology, factors: ReadonlyMap<string, number>): LinkCost {
  const [before, after] = [sameLink(base, cost.between), sameLink(changed, cost.between)];
  const [upstream, downstream] = base.nodes.filter(({ name }) => cost.between.includes(name));
  const [sending, receiving] = [factors.get(upstream!.name)!, factors.get(downstream!.name)!];
  const same = before.bandwidth === after.bandwidth && before.delay === after.delay;
  if (same && sending === 1 && receiving === 1) return cost;
  const lineUnder = <T extends Pick<LinkCost, "bandwidth" | "delay">>(line: T): T => ({
    ...line,
    bandwidth: bandwidthUnder(line.bandwidth, before.bandwidth, after.bandwidth),
    delay: before.delay === after.delay ? line.delay : Math.max(0, after.delay + (line.delay - before.delay)),
  });
  return {
    ...lineUnder(cost),
    ...(cost.refits && { refits: cost.refits.map(lineUnder) }),
    send: cost.send.map((one) => ({ ...one, cpu: times(one.cpu, sending) })),
    receive: cost.receive.map((one) => ({ ...one, cpu: times(one.cpu, receiving) })),
  };
}

function bandwidthUnder(measured: number | null, before: number | null, after: number | null): number | null {
  if (before === after) return measured;
  if (after === null || measured === null) return after;
  return before === null ? Math.min(after, measured) : (after * measured) / before;
}

function times(samples: readonly number[], factor: number): readonly number[] {
  return factor === 1 ? samples : samples.map((sample) => sample * factor);
}

function threads<T extends string>(samples: Readonly<Record<T, readonly number[]>>, factor: number) {
  if (factor === 1) return samples;
  const scaled = Object.entries<readonly number[]>(samples).map(([thread, cpu]) => [thread, times(cpu, factor)]);
  return Object.fromEntries(scaled) as Readonly<Record<T, readonly number[]>>;
}

function sameNode({ nodes }: Topology, name: string): Node {
  const found = nodes.find((node) => node.name === name);
  if (found === undefined) throw new RangeError(`the changed topology lacks node ${name}`);
  return found;
}

function sameLink({ links }: Topology, between: readonly [string, string]): Link {
  const found = links.find((link) => linkName(link.between) === linkName(between));
  if (found === undefined) throw new RangeError(`the changed topology lacks link ${between.join("-")}`);
  return found;
}
