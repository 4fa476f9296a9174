import { computeKey, contentKey, type Plan, type PlanHop, type PlanStage } from "../plan.ts";
import type { LinkCost, MessageCost, Profile, SizedCost, Thread, Woken } from "../profile.ts";
import { mean } from "../statistics/moments.ts";
import { median } from "../statistics/quantile.ts";
import { compressionCost, payloadOf } from "./compression.ts";
import { interpolated } from "./interpolate.ts";
import { type KnownCost, knownCost } from "./known-costs.ts";
import { MeasuredCost, type Samples } from "./measured-cost.ts";
import { ProfileError } from "./profile-error.ts";
import { STALLED } from "./stalls.ts";

/** Costs by what the thread did before. */
export type ThreadCosts = Readonly<Record<Thread, MeasuredCost>>;
/** Costs by how long the thread had waited. */
export type WaitedCosts = Readonly<Record<"idle" | "cold", MeasuredCost>>;

/** What was measured of a pod's work: as `PodCosts`. */
export interface MeasuredPod {
  readonly compute: ThreadCosts;
  readonly receive: ThreadCosts;
  readonly send: ThreadCosts;
  readonly handover: WaitedCosts;
  readonly decompress: ThreadCosts | null;
  readonly compress: ThreadCosts | null;
}

const NOTHING = new MeasuredCost([0]);
const NONE: ThreadCosts = { busy: NOTHING, idle: NOTHING, cold: NOTHING };

/** @throws ProfileError naming the stage, node or link that was not measured. */
export function measuredPod(plan: Plan, index: number, profile: Profile): MeasuredPod {
  const { node, stages } = plan.pods[index]!;
  const key = computeKey(stages);
  const measured = profile.computes.find((cost) => cost.key === key && cost.node === node);
  if (measured === undefined) {
    const names = stages.map(({ name }) => name);
    const what = names.length === 1 ? `stage ${names[0]}` : `stages ${names.join(", ")} in one pod`;
    throw new ProfileError(`profile of ${profile.topology}: ${what} (${key}) was not measured on node ${node}`);
  }
  const into = plan.hops[index - 1];
  const out = plan.hops[index];
  // As its messages were measured.
  const bytesAt = (hop: number) => Math.round(mean(payloadOf(plan, hop, profile)));
  const squeezed = (kind: "compress" | "decompress", hop: number) => {
    const cost = compressionCost(plan, hop, node, profile)?.[kind];
    return cost === undefined
      ? null
      : ofThreads(cost, (thread) => knownCost(profile, kind, node, thread, 0, contentKey(plan, hop)));
  };
  return {
    compute: ofThreads(measured.cpu, (thread) => {
      return knownCost(profile, "compute", node, thread, 0, key) ?? longestOf(stages, node, thread, profile);
    }),
    receive: into === undefined ? NONE : messageCosts(profile, node, "receive", into, bytesAt(index - 1)),
    send: out === undefined ? NONE : messageCosts(profile, node, "send", out, bytesAt(index)),
    handover: out === undefined ? NONE : waited((thread) => timesOf(profile, "handover", node, thread, bytesAt(index))),
    decompress: squeezed("decompress", index - 1),
    compress: squeezed("compress", index),
  };
}

/** Stages that were not measured together, but one by one, are known as well as the longest of them. */
function longestOf(
  stages: readonly PlanStage[],
  node: string,
  thread: Thread,
  profile: Profile,
): KnownCost | undefined {
  if (profile.calibration.costs.length === 0) return undefined;
  const alone = profile.computes.filter((cost) => cost.node === node && stages.some(({ key }) => key === cost.key));
  const [longest] = alone
    .map(({ key, cpu }) => ({ key, seconds: mean(cpu[thread]) }))
    .sort((a, b) => b.seconds - a.seconds);
  const known = longest && knownCost(profile, "compute", node, thread, 0, longest.key);
  // Samples that were added up came in no order.
  return known && { ...known, order: { visits: [], block: 1 } };
}

/** Of a pod with workers. @throws ProfileError if they were not measured on the node. */
export function measuredWakeUps(profile: Profile, node: string): Readonly<Record<Woken, WaitedCosts>> {
  const of = (woken: Woken) =>
    waited((thread) => {
      const measured = profile.wakeUps.filter(
        (one) => one.node === node && one.woken === woken && one.thread === thread,
      );
      if (measured.length === 0)
        throw new ProfileError(`profile of ${profile.topology}: workers were not measured on node ${node}`);
      const seconds = measured.flatMap(({ seconds }) => seconds);
      return new MeasuredCost(seconds, knownCost(profile, `wake-${woken}`, node, thread));
    });
  return { worker: of("worker"), messages: of("messages") };
}

/** As measured at the interval that is nearest to the plan's, by ratio. */
export function measuredLateness({ workload: { load } }: Plan, profile: Profile): MeasuredCost {
  const distance = (interval: number) => {
    const ratio = load.kind === "rate" ? interval * load.rate : 1;
    return Math.max(ratio, 1 / ratio);
  };
  const [first, ...others] = profile.lateness;
  if (first === undefined) return NOTHING;
  const { interval, seconds } = others.reduce(
    (best, one) => (distance(one.interval) < distance(best.interval) ? one : best),
    first,
  );
  // With none counted there is none to draw.
  const own = profile.stalls?.some((look) => look.seconds.length > 0) ? withoutStalls(seconds) : seconds;
  return new MeasuredCost(own, knownCost(profile, "lateness", "", "idle", interval));
}

/** As if the stalls among them, which a source draws by itself, had not been. */
function withoutStalls(seconds: readonly number[]): readonly number[] {
  const usual = seconds.filter((late) => late <= STALLED);
  if (usual.length < seconds.length / 2) return seconds;
  const instead = median(usual);
  return seconds.map((late) => (late <= STALLED ? late : instead));
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
): ThreadCosts {
  const across = link === null ? undefined : findLink(profile, link.between);
  return byThread((thread) => {
    const sized =
      thread !== "busy" && across !== undefined
        ? sizedFor(
            across[direction].filter((cost) => cost.thread === thread),
            bytes,
            (at) => knownCost(profile, `link-${direction}`, across.between.join(), thread, at),
          )
        : sizedFor(
            profile.messages.filter(
              (cost) => cost.node === node && cost.direction === direction && cost.thread === thread,
            ),
            bytes,
            (at) => knownCost(profile, direction, node, thread, at),
          );
    if (sized === null) {
      throw new ProfileError(`profile of ${profile.topology}: no message to ${direction} was measured on node ${node}`);
    }
    return sized;
  });
}

/** Times measured on a node, for a message size. @throws ProfileError if there are none. */
export function timesOf(
  profile: Profile,
  what: "handover" | "loopback",
  node: string,
  thread: "idle" | "cold",
  bytes: number,
): MeasuredCost {
  const points = profile[`${what}s`].filter((cost) => cost.node === node && cost.thread === thread);
  const sized = sizedFor(
    points.map(({ bytes, seconds }) => ({ bytes, cpu: seconds })),
    bytes,
    (at) => knownCost(profile, what, node, thread, at),
  );
  if (sized === null)
    throw new ProfileError(`profile of ${profile.topology}: no ${what}s were measured on node ${node}`);
  return sized;
}

/** What was measured for messages of a size, or made of what was for others. */
function sizedFor(
  measured: readonly SizedCost[],
  bytes: number,
  known: (bytes: number) => KnownCost | undefined,
): MeasuredCost | null {
  const sized = interpolated(
    measured.map((cost) => ({ bytes: cost.bytes, samples: cost.cpu })),
    bytes,
  );
  return sized && new MeasuredCost(sized.samples, known(sized.from));
}

function ofThreads(
  samples: Readonly<Record<Thread, Samples>>,
  known: (thread: Thread) => KnownCost | undefined,
): ThreadCosts {
  return byThread((thread) => new MeasuredCost(samples[thread], known(thread)));
}

export function waited<T>(of: (thread: "idle" | "cold") => T): Readonly<Record<"idle" | "cold", T>> {
  return { idle: of("idle"), cold: of("cold") };
}

export function byThread<T>(of: (thread: Thread) => T): Readonly<Record<Thread, T>> {
  return { busy: of("busy"), idle: of("idle"), cold: of("cold") };
}
