import { bytesOf } from "../frame.ts";
import { costsOf, type PodCosts, type Samples, type ThreadSamples } from "../model/costs.ts";
import { computeKey, type Plan, type PlanHop, type PlanStage } from "../plan.ts";
import type { ComputeCost, Profile } from "../profile.ts";
import { mean } from "../statistics/moments.ts";
import type { Link } from "../topology/topology.ts";
import type { Segments } from "./segments.ts";
import { mayHold, type Space } from "./space.ts";

/**
 * Mean costs of every pod and every hop that a placement in a space can have, seconds a frame, as the simulation would draw
 * them (`costsOf` is where they come from). Of what depends on whether a thread was busy, idle or cold it is the least, so that
 * sums of these are bounds: no placement does better in the long run.
 *
 * Arrays of segments are indexed by `segment(from, to, node)`, of hops by `hop(stage, from, to)`: into that stage, between nodes.
 * What can't be is NaN.
 */
export interface CostTable {
  readonly space: Space;
  /** Cores by host, hosts by node. */
  readonly cores: readonly number[];
  readonly hosts: readonly number[];
  readonly window: number;
  /** Threads of each pod that compute; 0: its own. */
  readonly workers: number;
  /** CPU time of a pod's kernels; what an emulated node holds them to, 0 on a real one. */
  readonly compute: Float64Array;
  readonly computeHeld: Float64Array;
  /** CPU time in a thread that waited. */
  readonly computeWaiting: Float64Array;
  /** CPU time at both ends, compression included; what an emulated node holds them to. */
  readonly send: Float64Array;
  readonly sendHeld: Float64Array;
  readonly receive: Float64Array;
  readonly receiveHeld: Float64Array;
  readonly receiveWaiting: Float64Array;
  /** CPU time of an emulated link's relay, on the sender's host. */
  readonly relay: Float64Array;
  /** Bytes over bandwidth, 0 on loopback. */
  readonly link: Float64Array;
  /** From the end of compute until the frame may be sent: compressing it, and, in an empty line, waking threads of workers up. */
  readonly ready: Float64Array;
  /** From then until the receiver's thread begins with it, if it waits. */
  readonly lag: Float64Array;
  /** Of the acknowledgement. */
  readonly back: Float64Array;
  segment(from: number, to: number, node: number): number;
  hop(stage: number, from: number, to: number): number;
}

export interface TableOptions {
  /** A plan of the space's stages: its window, workers, compression and size are those of all. */
  readonly plan: Plan;
  readonly links: readonly Link[];
  readonly window: number;
  readonly compression: PlanHop["compression"];
  /** Frames come so far apart that every thread has waited for them. */
  readonly empty: boolean;
}

/**
 * Prices a space.
 * @throws ProfileError naming the stage, node or link that was not measured.
 */
export function costTable(space: Space, segments: Segments, profile: Profile, options: TableOptions): CostTable {
  const { plan, empty } = options;
  const { stages: k } = space;
  const n = space.nodes.length;
  const segment = (from: number, to: number, node: number) => (from * (k + 1) + to) * n + node;
  const hop = (stage: number, from: number, to: number) => (stage * n + from) * n + to;
  const ofSegments = () => new Float64Array(k * (k + 1) * n).fill(Number.NaN);
  const ofHops = () => new Float64Array(k * n * n).fill(Number.NaN);
  const cores = costsOf({ ...plan, pods: [], hops: [] }, profile, null).cores;
  const hostNames = plan.hosts.map(({ name }) => name);
  const table = {
    space,
    cores: hostNames.map((name) => cores.get(name) ?? Number.POSITIVE_INFINITY),
    hosts: space.nodes.map(({ host }) => hostNames.indexOf(host)),
    window: options.window,
    workers: plan.workers,
    compute: ofSegments(),
    computeHeld: ofSegments(),
    computeWaiting: ofSegments(),
    send: ofHops(),
    sendHeld: ofHops(),
    receive: ofHops(),
    receiveHeld: ofHops(),
    receiveWaiting: ofHops(),
    relay: ofHops(),
    link: ofHops(),
    ready: ofHops(),
    lag: ofHops(),
    back: ofHops(),
    segment,
    hop,
  };
  const stages = plan.pods.flatMap((pod) => pod.stages);
  const probe = new Probe(plan, stages, profile, options);
  space.nodes.forEach(({ name, speed }, node) => {
    for (let from = 0; from < k; from++) {
      let end = from;
      while (end < k && space.allowed[end]![node]) end++;
      const means = (["busy", "idle", "cold"] as const).map((thread) => segments.means(from, end, name, thread));
      for (let to = from + 1; to <= end; to++) {
        const [busy, idle, cold] = means.map((all) => all[to - from - 1]!) as [number, number, number];
        const at = segment(from, to, node);
        table.compute[at] = Math.min(busy, idle, cold);
        table.computeWaiting[at] = empty ? Math.min(idle, cold) : table.compute[at]!;
        table.computeHeld[at] = 0;
      }
      if (speed === 1) continue;
      let to = from;
      for (const cost of segments.growing(from, end, name))
        table.computeHeld[segment(from, ++to, node)] = probe.held(cost);
    }
  });
  for (let stage = 1; stage < k; stage++) {
    for (let from = 0; from < n; from++) {
      for (let to = from; to < n; to++) {
        if (!space.hops[from]![to] || !mayHold(space, stage - 1, stage, from) || !mayHold(space, stage, stage + 1, to))
          continue;
        const at = hop(stage, from, to);
        const cost = probe.hop(stage, space.nodes[from]!.name, space.nodes[to]!.name);
        for (const key of HOP_COSTS) table[key][at] = cost[key];
      }
    }
  }
  return table;
}

const HOP_COSTS = [
  "send",
  "sendHeld",
  "receive",
  "receiveHeld",
  "receiveWaiting",
  "relay",
  "link",
  "ready",
  "lag",
  "back",
] as const;
type HopCost = Readonly<Record<(typeof HOP_COSTS)[number], number>>;

/** Asks `costsOf` for the costs of single hops and pods, by plans that are just those. */
class Probe {
  readonly #plan: Plan;
  readonly #stages: readonly PlanStage[];
  readonly #profile: Profile;
  readonly #options: TableOptions;
  readonly #narrowed = new Map<string, Profile>();
  /** Without compression all that counts of a hop's frames is how large they are. */
  readonly #known = new Map<string, HopCost>();
  readonly #seconds: Profile;

  constructor(plan: Plan, stages: readonly PlanStage[], profile: Profile, options: TableOptions) {
    this.#plan = plan;
    this.#stages = stages;
    this.#profile = profile;
    this.#options = options;
    this.#seconds = { ...profile, messages: [], handovers: [], loopbacks: [], lateness: [] };
  }

  /** What an emulated node holds the kernels of a pod to, seconds a frame. */
  held(cost: ComputeCost): number {
    const { node } = cost;
    const pods = [{ name: "probe", node, stages: [{ ...this.#stages[0]!, key: cost.key }] }];
    const costs = costsOf({ ...this.#plan, pods, hops: [] }, { ...this.#seconds, computes: [cost] }, null);
    return costs.pods[0]!.emulated?.compute ?? 0;
  }

  hop(stage: number, from: string, to: string): HopCost {
    const before = this.#stages[stage - 1]!;
    const link =
      from === to ? null : this.#options.links.find(({ between }) => between.includes(from) && between.includes(to))!;
    const compression = link === null ? "none" : this.#options.compression;
    const { output: shape } = before;
    const bytes = bytesOf(shape);
    const id = compression === "none" ? `${from} ${to} ${bytes}` : `${from} ${to} ${stage}`;
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    // How frames compress depends on all stages that made them; otherwise the one before the hop is enough.
    const made = compression === "none" ? [before] : this.#stages.slice(0, stage);
    const pods = [
      { name: "from", node: from, stages: made },
      { name: "to", node: to, stages: [this.#stages[stage]!] },
    ];
    const hops = [{ link, shape, bytes, window: 1, compression }];
    const computes = pods.map(({ node, stages }) => nothing(node, stages));
    const costs = costsOf({ ...this.#plan, pods, hops }, { ...this.#between(from, to), computes }, null);
    const [sender, receiver] = costs.pods as [PodCosts, PodCosts];
    const [hop] = costs.hops as [(typeof costs.hops)[number]];
    const payload = mean(hop.payload);
    const transfer = payload / hop.bandwidth;
    const wait = (thread: "idle" | "cold") => Math.max(0, mean(hop.delay[thread]) - mean(receiver.receive[thread]));
    const compress = least(sender.compress);
    const cost: HopCost = {
      send: least(sender.send) + compress,
      sendHeld: (sender.emulated?.send ?? 0) + (sender.emulated?.compress ?? 0),
      receive: least(receiver.receive) + least(receiver.decompress),
      receiveHeld: receiver.emulated?.receive ?? 0,
      receiveWaiting: this.#options.empty
        ? leastWaiting(receiver.receive) + leastWaiting(receiver.decompress)
        : least(receiver.receive) + least(receiver.decompress),
      relay: hop.relayCpuPerByte * payload,
      link: transfer,
      ready: Math.max(compress, sender.emulated?.compress ?? 0) + this.#wakeUps(sender, receiver),
      lag: shortestHandover(sender) + transfer + Math.min(wait("idle"), wait("cold")),
      back: mean(hop.acknowledgement),
    };
    this.#known.set(id, cost);
    return cost;
  }

  /** With workers, in an empty line, the receiver's is woken for the frame, and the sender's own thread for what was made of it. */
  #wakeUps(sender: PodCosts, receiver: PodCosts): number {
    if (!this.#options.empty || sender.wakeUps === null || receiver.wakeUps === null) return 0;
    const shortest = ({ idle, cold }: Readonly<Record<"idle" | "cold", Samples>>) => Math.min(mean(idle), mean(cold));
    return shortest(sender.wakeUps.messages) + shortest(receiver.wakeUps.worker);
  }

  /** What was measured at either node: `costsOf` then looks through that only. */
  #between(from: string, to: string): Profile {
    const id = `${from} ${to}`;
    const known = this.#narrowed.get(id);
    if (known !== undefined) return known;
    const here = ({ node }: { readonly node: string }) => node === from || node === to;
    const { messages, handovers, loopbacks, links } = this.#profile;
    const narrowed = {
      ...this.#profile,
      messages: messages.filter(here),
      handovers: handovers.filter(here),
      loopbacks: loopbacks.filter(here),
      links: links.filter(({ between }) => between.includes(from) && between.includes(to)),
    };
    this.#narrowed.set(id, narrowed);
    return narrowed;
  }
}

/** A pod's kernels, as far as its messages are concerned. */
function nothing(node: string, stages: readonly PlanStage[]): ComputeCost {
  const { input } = stages[0]!;
  const { output } = stages.at(-1)!;
  return { key: computeKey(stages), stages: [], node, input, output, cpu: { busy: [0], idle: [0], cold: [0] } };
}

/** The least of the means of a thread's states; 0 of what is not done. */
function least(samples: ThreadSamples | null): number {
  return samples === null ? 0 : Math.min(mean(samples.busy), mean(samples.idle), mean(samples.cold));
}

function leastWaiting(samples: ThreadSamples | null): number {
  return samples === null ? 0 : Math.min(mean(samples.idle), mean(samples.cold));
}

/** Until a frame is on its way takes a sample of `handover`, but no longer than one of sending it as a whole. */
function shortestHandover({ handover, send }: PodCosts): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (const samples of [handover.idle, handover.cold, send.busy, send.idle, send.cold])
    for (let i = 0; i < samples.length; i++) shortest = Math.min(shortest, samples[i]!);
  return shortest;
}
