import { UNMEASURED } from "./calibration/calibration.ts";
import { bytesOf } from "./frame.ts";
import { computeKey, contentKey, type Plan, type PlanHop, type PlanStage } from "./plan.ts";
import { type MessageCost, PROFILE_VERSION, type Profile, type Thread } from "./profile.ts";
import type { Topology } from "./topology/topology.ts";

/**
 * A machine of which nothing was measured. These are constants, and meant to be: what one can know of a stage, a message and a
 * link before anything ran. None of them comes from the machine that a prediction is for.
 */
export const NOMINAL = {
  /** Cycles per second of a core: what servers' cores have had, give or take a third, since about 2010. */
  clock: 3e9,
  /**
   * Operations per cycle. `reference`: plain loops, one after the other. `simd`: one vector a cycle, in WebAssembly of four
   * float32 lanes. `relaxed`: the same, where a multiply-add is one instruction. `onnx`: vectors of eight lanes and
   * multiply-adds.
   */
  operations: { reference: 1, simd: 4, relaxed: 8, onnx: 16 } as Readonly<Record<string, number>>,
  /** Bytes per second that one core reads and writes: of two channels of DDR4-2666 (43 GB/s) a quarter. */
  memory: 10e9,
  /**
   * CPU time of a message at either end, seconds and seconds per byte: the line through edgetwin's own 64 KiB at 1078 MB/s and
   * 3.7 MB at 2850 MB/s over loopback (README, "How fast is it"), where the slower end sets the pace.
   */
  message: { fixed: 39e-6, perByte: 0.34e-9 },
  /** Seconds until a thread that sleeps is at work: as late as Linux may be with a timer (prctl(2), PR_SET_TIMERSLACK). */
  wakeUp: 50e-6,
  /** zstd at level 1, bytes before per byte after, and bytes per second (its README, version 1.4.5, Core i9-9900K, Silesia corpus). */
  zstd: { ratio: 2.884, compress: 500e6, decompress: 1660e6 },
  /** Seconds that a thread has waited when it is called idle, and cold. Here both cost the same, so they decide nothing. */
  gaps: { idle: 1e-3, cold: 20e-3, cooling: 10e-3 },
} as const;

export interface NominalMachine {
  /** Of hosts whose cores the topology does not tell. */
  readonly cores: number;
}

/**
 * The profile that one has before measuring anything: kernels' cost formulas at nominal rates, a stage taking the longer of its
 * arithmetic and its memory traffic (the roofline of Williams, Waterman & Patterson, CACM 52(4), 2009), messages by their
 * bytes, links as the topology states them. Every cost is one number, whatever the thread did before: so predictions from it
 * have no width, and no claim to one.
 * @param plans that it is to price.
 * @throws RangeError unless `cores` is a positive integer.
 */
export function nominalProfile(topology: Topology, plans: readonly Plan[], { cores }: NominalMachine): Profile {
  if (!(Number.isInteger(cores) && cores >= 1)) throw new RangeError(`cores(=${cores}) should be an integer >= 1`);
  const nodes = topology.nodes.map(({ name }) => name);
  const everywhere = <T>(of: (node: string) => readonly T[]): T[] => nodes.flatMap(of);
  const sizes = [...new Set(plans.flatMap(({ hops }) => hops.flatMap(payloads)))].sort((a, b) => a - b);
  const waits = ["idle", "cold"] as const;
  const arrival = (bytes: number) => NOMINAL.wakeUp + messageSeconds(bytes);
  return {
    version: PROFILE_VERSION,
    topology: topology.name,
    created: new Date(0).toISOString(),
    fingerprint: fingerprintOf(cores),
    gaps: NOMINAL.gaps,
    calibration: UNMEASURED,
    hosts: topology.hosts.map((host) => ({ host: host.name, cores: host.cores ?? cores })),
    computes: podsOf(plans).flatMap((stages) =>
      everywhere((node) => [
        {
          key: computeKey(stages),
          stages: stages.map(({ name }) => name),
          node,
          input: stages[0]!.input,
          output: stages.at(-1)!.output,
          cpu: byThread(stages.reduce((sum, stage) => sum + stageSeconds(stage), 0)),
        },
      ]),
    ),
    messages: everywhere((node) =>
      (["receive", "send"] as const).flatMap((direction) =>
        THREADS.flatMap((thread) =>
          sizes.map((bytes): MessageCost => ({ node, direction, thread, bytes, cpu: [messageSeconds(bytes)] })),
        ),
      ),
    ),
    handovers: everywhere((node) =>
      waits.flatMap((thread) => sizes.map((bytes) => ({ node, thread, bytes, seconds: [messageSeconds(bytes)] }))),
    ),
    loopbacks: everywhere((node) =>
      waits.flatMap((thread) => sizes.map((bytes) => ({ node, thread, bytes, seconds: [arrival(bytes)] }))),
    ),
    links: topology.links.map(({ between, bandwidth, delay }) => {
      const messages = waits.flatMap((thread) =>
        sizes.map((bytes) => ({ bytes, thread, cpu: [messageSeconds(bytes)] })),
      );
      // What comes in pieces is read as it comes: only the last piece is waited for.
      const residuals = { idle: [arrival(0)], cold: [arrival(0)] };
      return { between, bandwidth, delay, residuals, receive: messages, send: messages, cpuPerByte: 0 };
    }),
    compressions: contentsOf(plans).flatMap(({ key, stages, bytes }) =>
      everywhere((node) => [
        {
          key,
          stages: stages.map(({ name }) => name),
          node,
          shape: stages.at(-1)!.output,
          compress: byThread(bytes / NOMINAL.zstd.compress),
          decompress: byThread(bytes / NOMINAL.zstd.decompress),
          bytes: [compressed(bytes)],
        },
      ]),
    ),
    wakeUps: everywhere((node) =>
      (["worker", "messages"] as const).flatMap((woken) =>
        waits.map((thread) => ({ node, woken, thread, seconds: [NOMINAL.wakeUp] })),
      ),
    ),
    acknowledgement: [arrival(0)],
    lateness: [{ interval: 1, seconds: [NOMINAL.wakeUp] }],
    stalls: null,
  };
}

const THREADS: readonly Thread[] = ["busy", "idle", "cold"];

/** Of no machine: nothing that was measured has it. */
function fingerprintOf(cores: number): Profile["fingerprint"] {
  return {
    cluster: "none",
    image: "",
    machines: [],
    hostname: "none",
    platform: "none",
    arch: "none",
    cpu: "nominal",
    cores,
    memoryBytes: 0,
    kernel: "none",
    tuning: "",
    node: "none",
    edgetwin: "none",
    vectors: "none",
    code: "none",
    subject: "none",
  };
}

/** CPU seconds per frame of a stage by its kernel's cost formula. */
function stageSeconds({ kernel, implementation, cost }: PlanStage): number {
  const perCycle = NOMINAL.operations[kernel === "onnx" ? "onnx" : implementation]!;
  return Math.max(cost.operations / (perCycle * NOMINAL.clock), cost.bytes / NOMINAL.memory);
}

/** CPU seconds of sending a message, and of receiving it. */
function messageSeconds(bytes: number): number {
  return NOMINAL.message.fixed + NOMINAL.message.perByte * bytes;
}

function compressed(bytes: number): number {
  return Math.ceil(bytes / NOMINAL.zstd.ratio);
}

/** Sizes of the messages that a hop may carry, bytes. */
function payloads({ bytes, compression }: PlanHop): number[] {
  return compression === "none" ? [bytes] : [bytes, compressed(bytes)];
}

function byThread(seconds: number): Record<Thread, number[]> {
  return { busy: [seconds], idle: [seconds], cold: [seconds] };
}

/** Stages that are one pod in some plan, each once. */
function podsOf(plans: readonly Plan[]): (readonly PlanStage[])[] {
  const pods = plans.flatMap((plan) => plan.pods.map(({ stages }) => stages));
  return [...new Map(pods.map((stages) => [computeKey(stages), stages])).values()];
}

/** What crosses a link compressed: the stages that made it, each once. */
function contentsOf(plans: readonly Plan[]): { key: string; stages: PlanStage[]; bytes: number }[] {
  const contents = plans.flatMap((plan) =>
    plan.hops.flatMap(({ compression, shape }, hop) => {
      if (compression === "none") return [];
      const stages = plan.pods.slice(0, hop + 1).flatMap(({ stages }) => stages);
      return [{ key: contentKey(plan, hop), stages, bytes: bytesOf(shape) }];
    }),
  );
  return [...new Map(contents.map((content) => [content.key, content])).values()];
}
