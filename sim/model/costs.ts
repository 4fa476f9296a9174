import { computeKey, contentKey, type EmulatedPace, type Plan } from "../plan.ts";
import type { Gaps, Profile, Thread, Woken } from "../profile.ts";
import { paceOf } from "./emulated-pace.ts";
import { hopCosts } from "./hop-costs.ts";
import { Luck } from "./luck.ts";
import type { MeasuredCost, Samples } from "./measured-cost.ts";
import { byThread, measuredLateness, measuredPod, measuredWakeUps, type ThreadCosts, waited } from "./measured-pod.ts";
import { type StallSamples, stallsOf } from "./stalls.ts";

export type { Samples };

/** What one pod's work costs in one replication; all in CPU seconds of an otherwise idle core. */
export interface PodCosts {
  /** All stages of the pod. */
  readonly compute: ThreadSamples;
  /** Of a message. */
  readonly receive: ThreadSamples;
  /** Of a message. */
  readonly send: ThreadSamples;
  /** The first part of `send`, after which the frame is on its way. */
  readonly handover: WaitedSamples;
  /** Of a frame that came compressed, besides `receive`; `null`: it comes as it is. */
  readonly decompress: ThreadSamples | null;
  /** Before the frame is sent, besides `send`; `null`: it goes as it is. */
  readonly compress: ThreadSamples | null;
  /** What the pod is held to on an emulated node; `null` on a real one. */
  readonly emulated: EmulatedPace | null;
  /** Seconds until a worker begins, or the pod's own thread has what one finished; `null`: the pod has no workers. */
  readonly wakeUps: Readonly<Record<Woken, WaitedSamples>> | null;
}

/** Costs by what the thread did before. */
export type WaitedSamples = Readonly<Record<"idle" | "cold", Samples>>;
/** Costs by what the thread did before, `busy` included. */
export type ThreadSamples = Readonly<Record<Thread, Samples>>;

/** What a hop costs in one replication. */
export interface HopCosts {
  /** Bytes per second; `Infinity` on loopback. */
  readonly bandwidth: number;
  /** From `sent` until a pod that waits begins with the frame, without bytes / bandwidth, seconds. */
  readonly delay: WaitedSamples;
  /** From a pod to the one before it, seconds. */
  readonly acknowledgement: Samples;
  /** Bytes of the frames in order of their sequence numbers, over and over; compressed where the hop compresses. */
  readonly payload: Samples;
  /** CPU seconds per byte of an emulated link's relay. */
  readonly relayCpuPerByte: number;
}

/** What everything in a plan costs in one replication. */
export interface Costs {
  /** In the order of the plan's. */
  readonly pods: readonly PodCosts[];
  /** In the order of the plan's. */
  readonly hops: readonly HopCosts[];
  /** Of the source on a frame that is due, seconds. */
  readonly lateness: Samples;
  /** Of a source that waits for a frame to be due, and of a thread that an emulated node holds; `null`: none are known of. */
  readonly stalls: StallSamples | null;
  /** How long threads wait. */
  readonly gaps: Gaps;
  /** By host. */
  readonly cores: ReadonlyMap<string, number>;
}

/**
 * Looks a plan's costs up in a profile. With a replication number they are not as measured but as they may be, as far as the
 * calibration leaves that open: so few measurements show as wide intervals.
 * @throws ProfileError naming the stage, node or link that was not measured.
 */
export function costsOf(plan: Plan, profile: Profile, replication: number | null): Costs {
  return preparedCosts(plan, profile)(replication);
}

/**
 * The same for many replications: all is looked up once, and only drawn for each. Of two plans with the same seed, what is common to them
 * is off by the same in the same replication.
 * @throws ProfileError naming the stage, node or link that was not measured.
 */
export function preparedCosts(plan: Plan, profile: Profile): (replication: number | null) => Costs {
  const pods = plan.pods.map((_, i) => podCosts(plan, i, profile));
  const hops = plan.hops.map((hop, i) => hopCosts(plan, hop, i, profile));
  const cores = new Map(profile.hosts.map(({ host, cores }) => [host, cores]));
  for (const { name, cores: told } of plan.hosts) if (told !== null) cores.set(name, told);
  const lateness = measuredLateness(plan, profile);
  return (replication) => {
    const luck = replication === null ? null : new Luck(plan.workload.seed, replication);
    return {
      pods: pods.map((drawn) => drawn(luck)),
      hops: hops.map((drawn) => drawn(luck)),
      lateness: lateness.drawn(luck, "lateness"),
      stalls: profile.stalls && stallsOf(profile.stalls, luck),
      gaps: profile.gaps,
      cores,
    };
  };
}

function podCosts(plan: Plan, index: number, profile: Profile): (luck: Luck | null) => PodCosts {
  const { node, stages } = plan.pods[index]!;
  const measured = measuredPod(plan, index, profile);
  const { compute, receive, send, handover, decompress, compress } = measured;
  const emulated = paceOn(plan, index, () => measured);
  const key = computeKey(stages);
  const [into, out] = [contentKey(plan, index - 1), contentKey(plan, index)];
  const wakeUps = plan.workers === 0 ? null : measuredWakeUps(profile, node);
  return (luck) => {
    const drawn = (costs: ThreadCosts, ...path: (string | number)[]) =>
      byThread((thread) => costs[thread].drawn(luck, ...path));
    const wakeUp = (costs: Readonly<Record<"idle" | "cold", MeasuredCost>>, woken: Woken) =>
      waited((thread) => costs[thread].drawn(luck, "wake-up", woken));
    return {
      compute: drawn(compute, "compute", key),
      receive: drawn(receive, "receive"),
      send: drawn(send, "send"),
      handover: waited((thread) => handover[thread].drawn(luck, "handover")),
      decompress: decompress && drawn(decompress, "decompress", into),
      compress: compress && drawn(compress, "compress", out),
      emulated,
      wakeUps: wakeUps && { worker: wakeUp(wakeUps.worker, "worker"), messages: wakeUp(wakeUps.messages, "messages") },
    };
  };
}

/**
 * The pace that a pod keeps on an emulated node, `null` on a real one: what the testbed holds it to, and what the twin counts on.
 * @throws ProfileError naming the stage or node that was not measured.
 */
export function emulatedPace(plan: Plan, index: number, profile: Profile): EmulatedPace | null {
  return paceOn(plan, index, () => measuredPod(plan, index, profile));
}

/**
 * A plan whose emulated nodes keep the pace that this profile says, whatever later ones say: what has run at a pace is not to be
 * predicted at another.
 * @throws ProfileError naming the stage or node that was not measured.
 */
export function heldTo(profile: Profile, plan: Plan): Plan {
  const pods = plan.pods.map((pod, i) => {
    const held = emulatedPace(plan, i, profile);
    return held === null ? pod : { ...pod, held };
  });
  return { ...plan, pods };
}

/** The plan again, with nothing settled. */
export function unheld(plan: Plan): Plan {
  return { ...plan, pods: plan.pods.map(({ held: _, ...pod }) => pod) };
}

function paceOn(
  { nodes, pods }: Plan,
  index: number,
  measured: () => Parameters<typeof paceOf>[0],
): EmulatedPace | null {
  const { node, held } = pods[index]!;
  const { speed } = nodes.find(({ name }) => name === node)!;
  return speed === 1 ? null : (held ?? paceOf(measured(), speed));
}
