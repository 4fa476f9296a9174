import { UNMEASURED } from "../calibration/calibration.ts";
import { computeKey, contentKey, type Plan } from "../plan.ts";
import {
  type CompressionCost,
  type ComputeCost,
  type HandoverCost,
  type LinkCost,
  type LoopbackCost,
  type MessageCost,
  PROFILE_VERSION,
  type Profile,
  type WakeUpCost,
} from "../profile.ts";
import { SHAPE } from "./made-plan.ts";
import type { Cost, PipelineSpec } from "./spec.ts";

/** What a thread did that has something to wait for: a moment, or long. */
const WAITED = ["idle", "cold"] as const;
/** For how long, seconds. */
const GAPS = { idle: 0.01, cold: 0.1, cooling: 0.05 };
const NOT_MEASURED = "not measured";

/** Prices a plan with what its description says. */
export function madeProfile(spec: PipelineSpec, plan: Plan): Profile {
  const nodes = plan.nodes.map(({ name }) => name);
  const sizes = [...new Set(plan.hops.map(({ bytes }) => bytes))];
  const receive = samples(spec.receive);
  const send = samples(spec.send);
  const everywhere = <T>(cost: (at: { node: string; bytes: number; thread: "idle" | "cold" }) => T): T[] =>
    nodes.flatMap((node) => sizes.flatMap((bytes) => WAITED.map((thread) => cost({ node, bytes, thread }))));
  return {
    version: PROFILE_VERSION,
    topology: plan.topology,
    created: "1970-01-01T00:00:00Z",
    fingerprint: {
      cluster: NOT_MEASURED,
      image: "",
      machines: [],
      hostname: NOT_MEASURED,
      platform: NOT_MEASURED,
      arch: NOT_MEASURED,
      cpu: NOT_MEASURED,
      cores: 0,
      memoryBytes: 0,
      kernel: NOT_MEASURED,
      tuning: "",
      node: NOT_MEASURED,
      edgetwin: NOT_MEASURED,
      vectors: NOT_MEASURED,
      code: NOT_MEASURED,
      subject: NOT_MEASURED,
    },
    gaps: GAPS,
    hosts: Object.entries(spec.measuredCores ?? {}).map(([host, cores]) => ({ host, cores })),
    computes: computesOf(spec, plan),
    messages: nodes.flatMap((node) =>
      sizes.flatMap((bytes) =>
        (["busy", ...WAITED] as const).flatMap((thread): MessageCost[] => [
          { node, bytes, thread, direction: "receive", cpu: receive },
          { node, bytes, thread, direction: "send", cpu: send },
        ]),
      ),
    ),
    handovers: everywhere((at): HandoverCost => ({ ...at, seconds: samples(spec.handover) })),
    loopbacks: everywhere((at): LoopbackCost => ({ ...at, seconds: samples(spec.loopback) })),
    links: (spec.links ?? []).map(
      ({ between, bandwidth = null, delay = 0, residuals = [0], cpuPerByte = 0 }): LinkCost => ({
        between,
        bandwidth,
        delay,
        residuals: { idle: residuals, cold: residuals },
        receive: sizes.flatMap((bytes) => WAITED.map((thread) => ({ bytes, thread, cpu: receive }))),
        send: sizes.flatMap((bytes) => WAITED.map((thread) => ({ bytes, thread, cpu: send }))),
        cpuPerByte,
      }),
    ),
    compressions: compressionsOf(spec, plan),
    wakeUps: nodes.flatMap((node) =>
      WAITED.flatMap((thread): WakeUpCost[] => [
        { node, woken: "worker", thread, seconds: samples(spec.workers?.begin) },
        { node, woken: "messages", thread, seconds: samples(spec.workers?.notice) },
      ]),
    ),
    acknowledgement: samples(spec.acknowledgement),
    lateness: [{ interval: 1, seconds: samples(spec.lateness) }],
    stalls: null,
    calibration: UNMEASURED,
  };
}

function computesOf(spec: PipelineSpec, plan: Plan): ComputeCost[] {
  const { idle = 1, cold = 1 } = spec.waited ?? {};
  return plan.pods.map((pod, i) => {
    const { cpu, stages = [cpu ?? 0] } = spec.pods[i]!;
    const busy = together(stages.map(samples));
    return {
      key: computeKey(pod.stages),
      stages: pod.stages.map(({ name }) => name),
      node: pod.node,
      input: pod.stages[0]!.input,
      output: pod.stages.at(-1)!.output,
      cpu: { busy, idle: busy.map((value) => value * idle), cold: busy.map((value) => value * cold) },
    };
  });
}

function compressionsOf({ zstd }: PipelineSpec, plan: Plan): CompressionCost[] {
  if (zstd === undefined) return [];
  const same = (cost: Cost | undefined) => ({ busy: samples(cost), idle: samples(cost), cold: samples(cost) });
  return plan.hops.flatMap((_, i) =>
    plan.pods.slice(i, i + 2).map(
      ({ node }): CompressionCost => ({
        key: contentKey(plan, i),
        stages: [],
        node,
        shape: SHAPE,
        compress: same(zstd.compress),
        decompress: same(zstd.decompress),
        bytes: samples(zstd.bytes),
      }),
    ),
  );
}

function samples(cost: Cost = 0): readonly number[] {
  return typeof cost === "number" ? [cost] : cost;
}

/** Samples of stages that run one after the other: one sample of each, every stage's from its beginning again when they end. */
function together(stages: readonly (readonly number[])[]): number[] {
  const count = Math.max(...stages.map(({ length }) => length));
  return Array.from({ length: count }, (_, i) => stages.reduce((sum, stage) => sum + stage[i % stage.length]!, 0));
}
