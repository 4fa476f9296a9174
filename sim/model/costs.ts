import { RandomStream } from "../engine/random.ts";
import { computeKey, contentKey, type Plan, type PlanHop } from "../plan.ts";
import type { Gaps, LinkCost, MessageCost, Profile, SizedCost, Thread, Woken } from "../profile.ts";
import { resample } from "../statistics/bootstrap.ts";
import { mean } from "../statistics/moments.ts";
import { quantile } from "../statistics/quantile.ts";
import { compressionCost, payloadOf } from "./compression.ts";
import { interpolated } from "./interpolate.ts";
import { ProfileError } from "./profile-error.ts";

/** Samples to draw from, seconds. */
export type Samples = ArrayLike<number>;

/** What one pod's work costs in one replication; all in CPU seconds of an otherwise idle core. */
export interface PodCosts extends PodSamples {
  /** What the pod is held to on an emulated node; `null` on a real one. */
  readonly emulated: EmulatedPace | null;
  /** Seconds until a worker begins, or the pod's own thread has what one finished; `null`: the pod has no workers. */
  readonly wakeUps: Readonly<Record<Woken, WaitedSamples>> | null;
}

/** What was measured of a pod's work. */
interface PodSamples {
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
}

/**
 * How long a pod's work takes on the machine that an emulated node stands for, seconds a frame: 1/speed of what the host takes
 * in its better moments, the lower quartile of the calibration. Constants, so that the host's own ups and downs do not
 * become the emulated machine's.
 */
export interface EmulatedPace {
  /** Decompression included. */
  readonly receive: number;
  /** All stages of the pod. */
  readonly compute: number;
  /** 0 where frames go as they are. */
  readonly compress: number;
  /** Compression not included. */
  readonly send: number;
}

/** Costs by what the thread did before. */
export type WaitedSamples = Readonly<Record<"idle" | "cold", Samples>>;
/** Costs by what the thread did before, `busy` included. */
export type ThreadSamples = Readonly<Record<Thread, Samples>>;

/** What a hop costs in one replication. */
export interface HopCosts {
  /** Bytes per second; `Infinity` on loopback. */
  readonly bandwidth: number;
  /** From `sent` to `arrived` at a pod that waits, without bytes / bandwidth, seconds. */
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
  /** How long threads wait. */
  readonly gaps: Gaps;
  /** By host. */
  readonly cores: ReadonlyMap<string, number>;
}

const NONE: ThreadSamples = { busy: [0], idle: [0], cold: [0] };

/**
 * Looks a plan's costs up in a profile. With a replication number the samples themselves are resampled (bootstrap: Efron &
 * Tibshirani, An Introduction to the Bootstrap, chapter 6), so that few measurements show as wide intervals.
 * @throws ProfileError naming the stage, node or link that was not measured.
 */
export function costsOf(plan: Plan, profile: Profile, replication: number | null): Costs {
  return preparedCosts(plan, profile)(replication);
}

/**
 * The same for many replications: all is looked up once, and only resampled for each.
 * @throws ProfileError naming the stage, node or link that was not measured.
 */
export function preparedCosts(plan: Plan, profile: Profile): (replication: number | null) => Costs {
  const pods = plan.pods.map((_, i) => podCosts(plan, i, profile));
  const hops = plan.hops.map((hop, i) => hopCosts(plan, hop, i, profile));
  const cores = new Map(profile.hosts.map(({ host, cores }) => [host, cores]));
  for (const { name, cores: told } of plan.hosts) if (told !== null) cores.set(name, told);
  const lateness = latenessAt(plan, profile);
  return (replication) => {
    const draw: Draw = (samples, ...path) => {
      if (replication === null || samples.length < 2) return samples;
      return resample(samples, new RandomStream(plan.workload.seed, "calibration", replication, ...path));
    };
    return {
      pods: pods.map((drawn) => drawn(draw)),
      hops: hops.map((drawn) => drawn(draw)),
      lateness: draw(lateness, "lateness"),
      gaps: profile.gaps,
      cores,
    };
  };
}

/** As measured at the interval that is nearest to the plan's, by ratio. */
function latenessAt({ workload: { load } }: Plan, { lateness }: Profile): Samples {
  const distance = (interval: number) => {
    const ratio = load.kind === "rate" ? interval * load.rate : 1;
    return Math.max(ratio, 1 / ratio);
  };
  const [first, ...others] = lateness;
  if (first === undefined) return [0];
  return others.reduce((best, one) => (distance(one.interval) < distance(best.interval) ? one : best), first).seconds;
}

type Draw = (samples: Samples, ...path: (string | number)[]) => Samples;

function podCosts(plan: Plan, index: number, profile: Profile): (draw: Draw) => PodCosts {
  const { node, stages } = plan.pods[index]!;
  const samples = podSamples(plan, index, profile);
  const { compute, receive, send, handover, decompress, compress } = samples;
  const bytes = plan.hops[index]?.bytes ?? 0;
  const received = plan.hops[index - 1]?.bytes ?? 0;
  const emulated = paceOf(samples, speedOf(plan, index));
  const key = computeKey(stages);
  const [into, out] = [contentKey(plan, index - 1), contentKey(plan, index)];
  const wakeUps = plan.workers === 0 ? null : wakeUpsOf(profile, node);
  return (draw) => {
    const drawn = (samples: ThreadSamples, ...path: (string | number)[]) =>
      byThread((thread) => draw(samples[thread], ...path, thread, node));
    return {
      compute: drawn(compute, "compute", key),
      receive: drawn(receive, "receive", received),
      send: drawn(send, "send", bytes),
      handover: waited((thread) => draw(handover[thread], "handover", thread, node, bytes)),
      decompress: decompress && drawn(decompress, "decompress", into),
      compress: compress && drawn(compress, "compress", out),
      emulated,
      wakeUps: wakeUps?.(draw) ?? null,
    };
  };
}

function wakeUpsOf(profile: Profile, node: string): (draw: Draw) => NonNullable<PodCosts["wakeUps"]> {
  const of = (woken: Woken) =>
    waited((thread) => {
      const measured = profile.wakeUps.filter(
        (one) => one.node === node && one.woken === woken && one.thread === thread,
      );
      if (measured.length === 0)
        throw new ProfileError(`profile of ${profile.topology}: workers were not measured on node ${node}`);
      return measured.flatMap(({ seconds }) => seconds);
    });
  const measured = { worker: of("worker"), messages: of("messages") };
  return (draw) => {
    const drawn = (woken: Woken) => waited((thread) => draw(measured[woken][thread], "wake-up", woken, thread, node));
    return { worker: drawn("worker"), messages: drawn("messages") };
  };
}

function podSamples(plan: Plan, index: number, profile: Profile): PodSamples {
  const pod = plan.pods[index]!;
  const key = computeKey(pod.stages);
  const measured = profile.computes.find((cost) => cost.key === key && cost.node === pod.node);
  if (measured === undefined) {
    const names = pod.stages.map(({ name }) => name);
    const what = names.length === 1 ? `stage ${names[0]}` : `stages ${names.join(", ")} in one pod`;
    throw new ProfileError(`profile of ${profile.topology}: ${what} (${key}) was not measured on node ${pod.node}`);
  }
  const into = plan.hops[index - 1];
  const out = plan.hops[index];
  // As its messages were measured.
  const bytesAt = (hop: number) => Math.round(mean(payloadOf(plan, hop, profile)));
  const timesAt = (bytes: number) => waited((thread) => timesOf(profile, "handovers", pod.node, thread, bytes));
  return {
    compute: measured.cpu,
    receive: into === undefined ? NONE : messageCosts(profile, pod.node, "receive", into, bytesAt(index - 1)),
    send: out === undefined ? NONE : messageCosts(profile, pod.node, "send", out, bytesAt(index)),
    handover: out === undefined ? NONE : timesAt(bytesAt(index)),
    decompress: compressionCost(plan, index - 1, pod.node, profile)?.decompress ?? null,
    compress: compressionCost(plan, index, pod.node, profile)?.compress ?? null,
  };
}

/**
 * The pace that a pod keeps on an emulated node, `null` on a real one: what the testbed holds it to, and what the twin counts on.
 * @throws ProfileError naming the stage or node that was not measured.
 */
export function emulatedPace(plan: Plan, index: number, profile: Profile): EmulatedPace | null {
  return paceOf(podSamples(plan, index, profile), speedOf(plan, index));
}

function paceOf({ compute, receive, send, decompress, compress }: PodSamples, speed: number): EmulatedPace | null {
  if (speed === 1) return null;
  const held = (...samples: Samples[]) =>
    quantile(Float64Array.from(samples.flatMap((all) => Array.from(all))).sort(), 0.25) / speed;
  return {
    // A busy thread reads several messages in one go, on the account of the first: one by one tells more of each.
    receive: held(receive.idle) + (decompress === null ? 0 : held(decompress.idle)),
    compute: held(compute.busy, compute.idle),
    compress: compress === null ? 0 : held(compress.busy, compress.idle),
    send: held(send.idle),
  };
}

function speedOf({ nodes, pods }: Plan, index: number): number {
  return nodes.find(({ name }) => name === pods[index]!.node)!.speed;
}

function hopCosts(plan: Plan, hop: PlanHop, index: number, profile: Profile): (draw: Draw) => HopCosts {
  const to = plan.pods[index + 1]!.node;
  if (hop.link === null) {
    const delay = waited((thread) => timesOf(profile, "loopbacks", to, thread, hop.bytes));
    return (draw) => ({
      bandwidth: Number.POSITIVE_INFINITY,
      delay: waited((thread) => draw(delay[thread], "loopback", thread, to, hop.bytes)),
      payload: [hop.bytes],
      acknowledgement: draw(profile.acknowledgement, "acknowledgement"),
      relayCpuPerByte: 0,
    });
  }
  const link = findLink(profile, hop.link.between);
  if (link === undefined) {
    throw new ProfileError(`profile of ${profile.topology}: link ${hop.link.between.join("-")} was not measured`);
  }
  const between = link.between.join("-");
  const payload = payloadOf(plan, index, profile);
  return (draw) => ({
    bandwidth: link.bandwidth ?? Number.POSITIVE_INFINITY,
    delay: waited((thread) =>
      changed(draw(link.residuals[thread], "link", thread, between), (residual) => Math.max(0, link.delay + residual)),
    ),
    payload,
    acknowledgement: changed(draw(profile.acknowledgement, "acknowledgement"), (seconds) => seconds + link.delay),
    relayCpuPerByte: link.cpuPerByte,
  });
}

function changed(samples: Samples, change: (sample: number) => number): Float64Array {
  const result = new Float64Array(samples.length);
  for (let i = 0; i < result.length; i++) result[i] = change(samples[i]!);
  return result;
}

export function findLink(profile: Profile, between: readonly [string, string]): LinkCost | undefined {
  const key = [...between].sort().join("-");
  return profile.links.find((link) => [...link.between].sort().join("-") === key);
}

function messageCosts(
  profile: Profile,
  node: string,
  direction: MessageCost["direction"],
  { link }: PlanHop,
  bytes: number,
): ThreadSamples {
  const across = link === null ? undefined : findLink(profile, link.between)?.[direction];
  return byThread((thread) => {
    const measured: readonly SizedCost[] =
      thread !== "busy" && across !== undefined
        ? across.filter((cost) => cost.thread === thread)
        : profile.messages.filter(
            (cost) => cost.node === node && cost.direction === direction && cost.thread === thread,
          );
    const sized = interpolated(
      measured.map((cost) => ({ bytes: cost.bytes, samples: cost.cpu })),
      bytes,
    );
    if (sized === null) {
      throw new ProfileError(`profile of ${profile.topology}: no message to ${direction} was measured on node ${node}`);
    }
    return sized;
  });
}

/** Times measured on a node, for a message size. @throws ProfileError if there are none. */
function timesOf(
  profile: Profile,
  what: "handovers" | "loopbacks",
  node: string,
  thread: "idle" | "cold",
  bytes: number,
): Samples {
  const points = profile[what].filter((cost) => cost.node === node && cost.thread === thread);
  const sized = interpolated(
    points.map((cost) => ({ bytes: cost.bytes, samples: cost.seconds })),
    bytes,
  );
  if (sized === null)
    throw new ProfileError(`profile of ${profile.topology}: no ${what} were measured on node ${node}`);
  return sized;
}

function waited(samples: (thread: "idle" | "cold") => Samples): WaitedSamples {
  return { idle: samples("idle"), cold: samples("cold") };
}

function byThread(samples: (thread: Thread) => Samples): ThreadSamples {
  return { busy: samples("busy"), idle: samples("idle"), cold: samples("cold") };
}
