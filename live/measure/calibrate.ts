import { RandomStream } from "../../sim/engine/random.ts";
import { bytesOf } from "../../sim/frame.ts";
import { computeKey, type Plan, type PlanStage } from "../../sim/plan.ts";
import {
  type CompressionCost,
  type ComputeCost,
  type HandoverCost,
  type LatenessCost,
  type LinkCost,
  type LoopbackCost,
  type MessageCost,
  PROFILE_VERSION,
  type Profile,
  type Thread,
} from "../../sim/profile.ts";
import type { FrameSize } from "../../sim/topology/catalogue.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import type { Trace } from "../../sim/trace.ts";
import type { Cluster, PodSpec } from "../clusters/cluster.ts";
import { largest } from "../testbed.ts";
import { acknowledgements, gaps, handovers, lateness, median, onTheWay, settled } from "./columns.ts";
import { CONTENTS, compressionCosts, messageBytes, together } from "./compression-costs.ts";
import { fingerprint } from "./fingerprint.ts";
import { measureLink } from "./link-costs.ts";
import { type Line, MeasuredLine } from "./measured-line.ts";
import { type Machine, type MeasuredLink, type MeasuredPod, type Subject, subjectOf } from "./subject.ts";

export interface CalibrationOptions {
  readonly cluster: Cluster;
  /** Folder for the pods' logs. */
  readonly logs: string;
  /** What relative folders in the topology are relative to. */
  readonly baseDirectory: string;
  readonly signal?: AbortSignal;
  /** Called as work is done, from 0 to 1. */
  readonly onProgress?: (done: number, what: string) => void;
}

/** The feeder computes so many frames and repeats them: what it costs must not slow the pod that is measured. */
const REPLAY = 4;
/** Every pod is measured so often, in random order, so that a host that is slow for some seconds is not slow for one pod only. */
const PASSES = 2;
/** Pods that are measured in turns; they are all deployed at once, each with a pod before and after it. */
const IN_TURNS = 8;
/** Frames per second at which a source's lateness is measured: how soon it wakes depends on how long it slept. */
const LATENESS_RATES = [30, 100, 300, 1000];
const LATENESS_FRAMES = 12;
const LATENESS_SECONDS = 0.2;

const THREADS: readonly Thread[] = ["busy", "idle", "cold"];

/**
 * Measures a topology's stages and links, each by itself: a stage in a pod of its own on its node, fed with the frames that
 * it gets in the pipeline. Nothing of it is a run of a plan.
 */
export async function calibrate(
  topology: Topology,
  plans: readonly Plan[],
  options: CalibrationOptions,
): Promise<Profile> {
  const calibration = new Calibration(topology, plans, options);
  return calibration.measure();
}

class Calibration {
  readonly #topology: Topology;
  readonly #plans: readonly Plan[];
  readonly #options: CalibrationOptions;
  readonly #subject: Subject;
  readonly #random: RandomStream;
  readonly #computes: ComputeCost[] = [];
  readonly #messages: MessageCost[] = [];
  readonly #handovers: HandoverCost[] = [];
  readonly #loopbacks: LoopbackCost[] = [];
  readonly #compressions: CompressionCost[] = [];
  readonly #acknowledgement: number[] = [];
  readonly #lateness: LatenessCost[] = [];
  readonly #gaps: { idle: number[]; cold: number[] } = { idle: [], cold: [] };
  readonly #total: number;
  #done = 0;

  constructor(topology: Topology, plans: readonly Plan[], options: CalibrationOptions) {
    this.#topology = topology;
    this.#plans = plans;
    this.#options = options;
    this.#subject = subjectOf(topology, plans, options.baseDirectory);
    this.#random = new RandomStream(topology.workload.seed, "calibration order");
    const { pods, contents, sizes, links } = this.#subject;
    this.#total =
      [...pods, ...contents].reduce((sum, { machines }) => sum + machines.length * PASSES * sizes.length, 0) +
      links.reduce((sum, { bytes, compressed }) => sum + bytes.length + compressed.length, 0);
  }

  async measure(): Promise<Profile> {
    const { pods, contents } = this.#subject;
    for (let i = 0; i < pods.length; i += IN_TURNS) await this.#measurePods(pods.slice(i, i + IN_TURNS));
    for (let i = 0; i < contents.length; i += IN_TURNS) await this.#measureContents(contents.slice(i, i + IN_TURNS));
    const links: LinkCost[] = [];
    for (const measured of this.#subject.links) {
      const { link } = measured;
      const progress = () => this.#progress(`link ${link.between.join("-")}`);
      links.push(await measureLink(link, this.#shuffled(this.#payloadsOn(measured)), this.#options, progress));
    }
    const print = fingerprint(this.#subject.digest);
    return {
      version: PROFILE_VERSION,
      topology: this.#topology.name,
      created: new Date().toISOString(),
      fingerprint: print,
      gaps: { idle: median(this.#gaps.idle), cold: median(this.#gaps.cold) },
      hosts: this.#topology.hosts.map(({ name, cores }) => ({ host: name, cores: cores ?? print.cores })),
      computes: this.#computes,
      messages: this.#messages,
      handovers: this.#handovers,
      loopbacks: this.#loopbacks,
      links,
      compressions: this.#compressions,
      wakeUps: [],
      acknowledgement: this.#acknowledgement,
      lateness: this.#lateness,
    };
  }

  async #measurePods(pods: readonly MeasuredPod[]): Promise<void> {
    const { sizes } = this.#subject;
    const tested = pods.flatMap(({ stages, machines }) =>
      machines.map((machine) => ({ stages, machine, specs: this.#lineOf(stages, machine[0]!) })),
    );
    // A pod that is tested on several machines has one feeder for all of them.
    const specs = new Map(tested.flatMap((one) => one.specs).map((spec) => [spec.name, spec]));
    await MeasuredLine.deployed([...specs.values()], this.#options, async (lineOf) => {
      const cases: { stages: readonly number[]; machine: Machine; size: FrameSize; line: Line }[] = [];
      for (const { stages, machine, specs } of tested) {
        const line = lineOf(specs);
        await line.warmUp(largest(sizes));
        for (const size of sizes) cases.push({ stages, machine, size, line });
        if (stages[0] === 0 && this.#lateness.length === 0) await this.#measureLateness(line);
      }
      for (const { stages, machine, size, line } of this.#inPasses(cases)) {
        const traces = this.#isWhole(stages) ? await line.alone(size) : await line.among(size);
        for (const node of machine) this.#record(this.#stagesOfPlan(stages, size), node, traces);
        this.#progress(`${specName(this.#topology, stages)} on ${machine.join(", ")}`);
      }
    });
  }

  /** Compression of frames that cross a link, on either end's machine: on loopback, so that no link makes its pods wait. */
  async #measureContents(contents: readonly MeasuredPod[]): Promise<void> {
    const { sizes } = this.#subject;
    const lines = contents.flatMap(({ stages, machines }) =>
      machines.map((machine) => ({ stages, machine, specs: this.#compressingLineOf(stages, machine[0]!) })),
    );
    const specs = lines.flatMap((one) => one.specs);
    await MeasuredLine.deployed(specs, this.#options, async (lineOf) => {
      const cases: { stages: readonly number[]; machine: Machine; size: FrameSize; line: Line }[] = [];
      for (const { stages, machine, specs } of lines) {
        const line = lineOf(specs);
        await line.warmUp(largest(sizes));
        for (const size of sizes) cases.push({ stages, machine, size, line });
      }
      for (const { stages, machine, size, line } of this.#inPasses(cases)) {
        const traces = await line.among(size);
        for (const node of machine) this.#recordCompression(this.#stagesOfPlan(stages, size), node, traces);
        this.#progress(`zstd of ${specName(this.#topology, stages)} on ${machine.join(", ")}`);
      }
    });
  }

  #recordCompression(stages: readonly PlanStage[], node: string, traces: Record<Thread, Trace>): void {
    const { cost, messages, handovers } = compressionCosts(stages, node, traces);
    this.#messages.push(...messages);
    this.#handovers.push(...handovers);
    const at = this.#compressions.findIndex(({ key, node }) => key === cost.key && node === cost.node);
    if (at === -1) this.#compressions.push(cost);
    else this.#compressions[at] = together(this.#compressions[at]!, cost);
  }

  /** Sizes of all that crosses a link, compressed or not, each once. */
  #payloadsOn({ bytes, compressed }: MeasuredLink): number[] {
    const costs = compressed.map((key) => this.#compressions.find((cost) => cost.key === key)!);
    return [...new Set([...bytes, ...costs.map((cost) => messageBytes(cost.bytes))])].sort((a, b) => a - b);
  }

  async #measureLateness(line: Line): Promise<void> {
    for (const rate of LATENESS_RATES) {
      const frames = LATENESS_FRAMES + Math.ceil(LATENESS_SECONDS * rate);
      const trace = await line.run(this.#subject.sizes[0]!, frames, { rate, window: 8 });
      this.#lateness.push({ interval: 1 / rate, seconds: lateness(trace) });
    }
  }

  #podOf(name: string, node: string, indices: readonly number[]): PodSpec {
    const stages = indices.map((index) => {
      const { name, kernel, params, implementation } = this.#topology.stages[index]!;
      return { name, kernel, params, implementation };
    });
    return { name, node, stages, baseDirectory: this.#options.baseDirectory, upstream: null, link: null };
  }

  /** feeder -> the pod on its node -> a pod that takes its frames. The source has no feeder; the whole pipeline is alone. */
  #lineOf(indices: readonly number[], node: string): PodSpec[] {
    const [first = 0] = indices;
    const name = `${specName(this.#topology, indices)}-${node}`;
    const before = Array.from({ length: first }, (_, i) => i);
    const feeder: PodSpec = {
      ...this.#podOf(`before-${specName(this.#topology, indices)}`, node, before),
      replay: REPLAY,
    };
    const upstream = first === 0 ? null : { pod: feeder.name };
    const tested: PodSpec = { ...this.#podOf(name, node, indices), upstream };
    const sink: PodSpec = {
      ...tested,
      name: `after-${name}`,
      stages: [{ name: "same", kernel: "identity", params: {} }],
      upstream: { pod: name },
    };
    if (this.#isWhole(indices)) return [tested];
    return first === 0 ? [tested, sink] : [feeder, tested, sink];
  }

  /** A pod that has all stages up to some, and one that asks for its frames compressed. */
  #compressingLineOf(indices: readonly number[], node: string): PodSpec[] {
    const name = `frames-${specName(this.#topology, indices)}-${node}`;
    const sender: PodSpec = { ...this.#podOf(name, node, indices), replay: CONTENTS };
    const receiver: PodSpec = {
      ...sender,
      name: `zstd-${name}`,
      stages: [{ name: "same", kernel: "identity", params: {} }],
      replay: 0,
      upstream: { pod: name },
      compression: "zstd",
    };
    return [sender, receiver];
  }

  #isWhole(stages: readonly unknown[]): boolean {
    return stages.length === this.#topology.stages.length;
  }

  /** Takes the costs of a pod on a node from the traces of its measurements. */
  #record(stages: readonly PlanStage[], node: string, traces: Record<Thread, Trace>): void {
    const { input: shape } = stages[0]!;
    const tested = shape === null ? 0 : 1;
    const cpu = (thread: Thread) => settled(traces[thread], tested, "computeCpu");
    this.#addCompute(stages, node, { busy: cpu("busy"), idle: cpu("idle"), cold: cpu("cold") });
    // What waits at a third of its own pace says nothing of pipelines, but it is all there is of one that is one pod.
    if (!this.#isWhole(stages) || this.#gaps.idle.length === 0) {
      for (const thread of ["idle", "cold"] as const) this.#gaps[thread].push(...gaps(traces[thread], tested));
    }
    if (this.#isWhole(stages)) return;
    const output = bytesOf(stages.at(-1)!.output);
    const input = shape === null ? null : bytesOf(shape);
    for (const thread of THREADS) {
      const trace = traces[thread];
      this.#messages.push({ node, direction: "send", thread, bytes: output, cpu: settled(trace, tested, "sendCpu") });
      if (input === null) continue;
      const received = settled(trace, tested, "receiveCpu");
      this.#messages.push({ node, direction: "receive", thread, bytes: input, cpu: received });
    }
    for (const thread of ["idle", "cold"] as const) {
      this.#handovers.push({ node, thread, bytes: output, seconds: handovers(traces[thread], tested) });
      if (input === null) continue;
      this.#loopbacks.push({ node, thread, bytes: input, seconds: onTheWay(traces[thread], tested) });
    }
    if (input !== null) this.#acknowledgement.push(...acknowledgements(traces.idle, tested));
  }

  #addCompute(stages: readonly PlanStage[], node: string, cpu: ComputeCost["cpu"]): void {
    const key = computeKey(stages);
    const at = this.#computes.findIndex((one) => one.key === key && one.node === node);
    const earlier = this.#computes[at];
    if (earlier === undefined) {
      const { input } = stages[0]!;
      const { output } = stages.at(-1)!;
      this.#computes.push({ key, stages: stages.map(({ name }) => name), node, input, output, cpu });
    } else {
      const both = (thread: Thread) => [...earlier.cpu[thread], ...cpu[thread]];
      this.#computes[at] = { ...earlier, cpu: { busy: both("busy"), idle: both("idle"), cold: both("cold") } };
    }
  }

  #stagesOfPlan(indices: readonly number[], size: FrameSize): PlanStage[] {
    const plan = this.#plans.find((one) => one.size.height === size.height && one.size.width === size.width);
    if (plan === undefined) throw new RangeError(`no plan has size ${size.width}x${size.height}`);
    const stages = plan.pods.flatMap((pod) => pod.stages);
    return indices.map((index) => stages[index]!);
  }

  #inPasses<T>(items: readonly T[]): T[] {
    return Array.from({ length: PASSES }, () => this.#shuffled(items)).flat();
  }

  #shuffled<T>(items: readonly T[]): T[] {
    const all = [...items];
    for (let i = all.length - 1; i > 0; i--) {
      const j = this.#random.integer(i + 1);
      [all[i], all[j]] = [all[j]!, all[i]!];
    }
    return all;
  }

  #progress(what: string): void {
    this.#done++;
    this.#options.onProgress?.(this.#done / this.#total, what);
  }
}

function specName({ stages }: Topology, indices: readonly number[]): string {
  return indices.map((index) => stages[index]!.name).join("-");
}
