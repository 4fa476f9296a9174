import type { FrameShape } from "../frame.ts";
import type {
  CompressionCost,
  ComputeCost,
  Gaps,
  HandoverCost,
  LatenessCost,
  LinkCost,
  LinkMessageCost,
  LinkRefit,
  LoopbackCost,
  MessageCost,
  Profile,
  Thread,
  WakeUpCost,
} from "../profile.ts";
import { median } from "../statistics/quantile.ts";
import type { Link } from "../topology/topology.ts";
import { fitCooling } from "./fit-cooling.ts";
import { fitLink, type Point } from "./fit-link.ts";
import { type CostKind, type CostName, type CostSamples, costId, type Reading } from "./reading.ts";

/** What readings name by keys. */
export interface Measured {
  readonly computes: readonly Pick<ComputeCost, "key" | "stages" | "input" | "output">[];
  readonly contents: readonly {
    readonly key: string;
    readonly stages: readonly string[];
    readonly shape: FrameShape;
  }[];
  readonly links: readonly Link[];
}

type Assembled = Pick<
  Profile,
  | "gaps"
  | "computes"
  | "messages"
  | "handovers"
  | "loopbacks"
  | "links"
  | "compressions"
  | "wakeUps"
  | "acknowledgement"
  | "lateness"
>;

type Waited = "idle" | "cold";

interface Pooled {
  readonly name: CostName;
  readonly samples: number[];
}

/** Puts readings together into the costs that a profile holds: all samples of a cost, in the order in which they were measured. */
export function assemble(readings: readonly Reading[], { computes, contents, links }: Measured): Assembled {
  const pooled = pool(readings);
  const of = (...kinds: CostKind[]) => pooled.filter(({ name }) => kinds.includes(name.kind));
  const waited = of("handover", "loopback", "wake-worker", "wake-messages").flatMap(({ name, samples }) =>
    name.nodes.map((node) => ({ name, node, thread: name.thread as Waited, bytes: name.at, seconds: samples })),
  );
  return {
    gaps: gapsIn(readings),
    computes: computes.flatMap((one) =>
      nodesOf(of("compute"), one.key).map(
        (node): ComputeCost => ({ ...one, node, cpu: byThread(of("compute"), one.key, node) }),
      ),
    ),
    messages: of("receive", "send").flatMap(({ name, samples }) =>
      name.nodes.map((node): MessageCost => {
        const direction = name.kind as MessageCost["direction"];
        return { node, direction, thread: name.thread, bytes: name.at, cpu: samples };
      }),
    ),
    handovers: waited
      .filter(({ name }) => name.kind === "handover")
      .map(({ node, thread, bytes, seconds }): HandoverCost => ({ node, thread, bytes, seconds })),
    loopbacks: waited
      .filter(({ name }) => name.kind === "loopback")
      .map(({ node, thread, bytes, seconds }): LoopbackCost => ({ node, thread, bytes, seconds })),
    links: links.map((link) => linkCost(link, pooled, readings)),
    compressions: contents.flatMap((one) =>
      nodesOf(of("compress"), one.key).map(
        (node): CompressionCost => ({
          ...one,
          node,
          compress: byThread(of("compress"), one.key, node),
          decompress: byThread(of("decompress"), one.key, node),
          bytes: payloadsOf(readings, one.key),
        }),
      ),
    ),
    wakeUps: waited
      .filter(({ name }) => name.kind.startsWith("wake-"))
      .map(({ name, node, thread, seconds }): WakeUpCost => {
        const woken = name.kind === "wake-worker" ? "worker" : "messages";
        return { node, woken, thread, seconds };
      }),
    acknowledgement: of("acknowledgement").flatMap(({ samples }) => samples),
    lateness: of("lateness")
      .filter(({ samples }) => samples.length > 0)
      .map(({ name, samples }): LatenessCost => ({ interval: name.at, seconds: samples }))
      .sort((a, b) => b.interval - a.interval),
  };
}

/** Bytes that are left of the first frames by their `contentKey`; frames come in the same order every time. */
export function payloadsOf(readings: readonly Reading[], key: string): readonly number[] {
  return readings.find(({ payloads }) => payloads?.key === key)?.payloads?.bytes ?? [];
}

function pool(readings: readonly Reading[]): Pooled[] {
  const costs = new Map<string, Pooled>();
  for (const { name, samples } of readings.flatMap(({ costs }) => costs)) {
    const id = costId(name);
    const cost = costs.get(id) ?? { name, samples: [] };
    costs.set(id, cost);
    for (const sample of samples) cost.samples.push(sample);
  }
  // Not in the random order of measurements.
  return [...costs.values()].sort((a, b) => a.name.at - b.name.at || (costId(a.name) < costId(b.name) ? -1 : 1));
}

function gapsIn(readings: readonly Reading[]): Gaps {
  const cold = median(gapsOf(readings, "cold"));
  const cooling = fitCooling(readings.flatMap((reading) => reading.cooled ?? []));
  // Where nobody could tell, as steadily as can be.
  return { idle: median(gapsOf(readings, "idle")), cold, cooling: cooling ?? cold };
}

/** What waits alone in its pod says little of pipelines, but it is all there is of one that is one pod. */
function gapsOf(readings: readonly Reading[], thread: Waited): number[] {
  const gaps = readings.flatMap((reading) => reading.gaps ?? []);
  const among = gaps.filter(({ alone }) => !alone);
  return (among.length > 0 ? among : gaps).flatMap((gap) => gap[thread]);
}

function nodesOf(costs: readonly Pooled[], key: string): string[] {
  return [...new Set(costs.filter(({ name }) => name.of === key).flatMap(({ name }) => name.nodes))];
}

function byThread(costs: readonly Pooled[], key: string, node: string): Record<Thread, readonly number[]> {
  const on = (thread: Thread) =>
    costs.find(({ name }) => name.of === key && name.thread === thread && name.nodes.includes(node))?.samples ?? [];
  return { busy: on("busy"), idle: on("idle"), cold: on("cold") };
}

function pointsOf(costs: readonly CostSamples[], thread: Waited): Point[] {
  return costs
    .filter(({ name }) => name.thread === thread)
    .flatMap(({ name, samples }) => samples.map((seconds) => ({ bytes: name.at, seconds })));
}

/** What the link would be without one of the rounds in which it was measured: none if there was only one. */
function refitsOf(link: Link, readings: readonly Reading[]): LinkRefit[] {
  const measured = readings.flatMap(({ round, costs }) => {
    const points = pointsOf(
      costs.filter(({ name }) => name.kind === "link" && name.nodes.join() === link.between.join()),
      "idle",
    );
    return points.length === 0 ? [] : [{ round, points }];
  });
  const rounds = [...new Set(measured.map(({ round }) => round))].sort((a, b) => a - b);
  if (rounds.length < 2) return [];
  return rounds.map((round) => {
    const idle = measured.flatMap((one) => (one.round === round ? [] : one.points));
    const { bandwidth, delay } = fitLink({ idle, cold: [] }, link);
    return { round, bandwidth, delay };
  });
}

function linkCost(link: Link, pooled: readonly Pooled[], readings: readonly Reading[]): LinkCost {
  const across = (kind: CostKind) =>
    pooled.filter(({ name }) => name.kind === kind && name.nodes.join() === link.between.join());
  const points = (thread: Waited) => pointsOf(across("link"), thread);
  const messages = (kind: CostKind) =>
    across(kind).map(
      ({ name, samples }): LinkMessageCost => ({ bytes: name.at, thread: name.thread as Waited, cpu: samples }),
    );
  const relays = readings.flatMap(({ relay }) =>
    relay !== undefined && relay.between.join() === link.between.join() ? [relay] : [],
  );
  const cpu = relays.reduce((sum, relay) => sum + relay.cpu, 0);
  const bytes = relays.reduce((sum, relay) => sum + relay.bytes, 0);
  return {
    between: link.between,
    ...fitLink({ idle: points("idle"), cold: points("cold") }, link),
    refits: refitsOf(link, readings),
    receive: messages("link-receive"),
    send: messages("link-send"),
    cpuPerByte: bytes > 0 ? cpu / bytes : 0,
  };
}
