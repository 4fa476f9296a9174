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
  type WakeUpCost,
} from "../../sim/profile.ts";
import type { FrameSize } from "../../sim/topology/catalogue.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import type { Trace } from "../../sim/trace.ts";
import type { Cluster, PodSpec } from "../clusters/cluster.ts";
import { largest } from "../testbed.ts";
import { acknowledgements, gaps, handovers, lateness, median, onTheWay, settled } from "./columns.ts";
import { compressionCosts, messageBytes, together } from "./compression-costs.ts";
import { fingerprint } from "./fingerprint.ts";
import { measureLink } from "./link-costs.ts";
import { type Line, MeasuredLine } from "./measured-line.ts";
import { MeasuredLines, WOKEN } from "./measured-lines.ts";
import { type Machine, type MeasuredLink, type MeasuredPod, type Subject, subjectOf } from "./subject.ts";
import { wakeUpCosts } from "./wake-up-costs.ts";

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

/** Stages, by number, on a machine, and the line of pods that they are measured in. */
interface MeasuredCase {
  readonly stages: readonly number[];
  readonly machine: Machine;
  readonly specs: readonly PodSpec[];
}

class Calibration {
  readonly #topology: Topology;
  readonly #plans: readonly Plan[];
  readonly #options: CalibrationOptions;
  readonly #subject: Subject;
  readonly #lines: MeasuredLines;
  readonly #random: RandomStream;
  readonly #computes: ComputeCost[] = [];
  readonly #messages: MessageCost[] = [];
  readonly #handovers: HandoverCost[] = [];
  readonly #loopbacks: LoopbackCost[] = [];
  readonly #compressions: CompressionCost[] = [];
  readonly #wakeUps: WakeUpCost[] = [];
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
    this.#lines = new MeasuredLines(topology, options.baseDirectory);
    this.#random = new RandomStream(topology.workload.seed, "calibration order");
    const { pods, contents, woken, sizes, links } = this.#subject;
    const lines = [...pods, ...contents].reduce((sum, { machines }) => sum + machines.length, woken.length);
    this.#total =
      lines * PASSES * sizes.length +
      links.reduce((sum, { bytes, compressed }) => sum + bytes.length + compressed.length, 0);
  }

  async measure(): Promise<Profile> {
    const { pods, contents, woken } = this.#subject;
    for (let i = 0; i < pods.length; i += IN_TURNS) await this.#measurePods(pods.slice(i, i + IN_TURNS));
    for (let i = 0; i < contents.length; i += IN_TURNS) await this.#measureContents(contents.slice(i, i + IN_TURNS));
    if (woken.length > 0) await this.#measureWakeUps(woken);
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
      wakeUps: this.#wakeUps,
      acknowledgement: this.#acknowledgement,
      lateness: this.#lateness,
    };
  }

  /** Stages in pods of their own. @param pods that are deployed at once. */
  async #measurePods(pods: readonly MeasuredPod[]): Promise<void> {
    const lines = pods.flatMap(({ stages, machines }) =>
      machines.map((machine): MeasuredCase => ({ stages, machine, specs: this.#lines.measuring(stages, machine[0]!) })),
    );
    const source = lines.find(({ stages }) => stages[0] === 0);
    await this.#inTurns(
      lines,
      async ({ stages, machine }, size, line) => {
        const traces = this.#lines.isWhole(stages) ? await line.alone(size) : await line.among(size);
        for (const node of machine) this.#record(this.#stagesOfPlan(stages, size), node, traces);
        this.#progress(`${this.#lines.nameOf(stages)} on ${machine.join(", ")}`);
      },
      async (one, line) => {
        if (one === source && this.#lateness.length === 0) await this.#measureLateness(line);
      },
    );
  }

  /** Compression of frames that cross a link, on either end's machine: on loopback, so that no link makes its pods wait. */
  async #measureContents(contents: readonly MeasuredPod[]): Promise<void> {
    const lines = contents.flatMap(({ stages, machines }) =>
      machines.map(
        (machine): MeasuredCase => ({ stages, machine, specs: this.#lines.compressing(stages, machine[0]!) }),
      ),
    );
    await this.#inTurns(lines, async ({ stages, machine }, size, line) => {
      const traces = await line.among(size);
      for (const node of machine) this.#recordCompression(this.#stagesOfPlan(stages, size), node, traces);
      this.#progress(`zstd of ${this.#lines.nameOf(stages)} on ${machine.join(", ")}`);
    });
  }

  /** How long the threads of a pod with workers take to wake one another, on each machine: whatever they do, at any size. */
  async #measureWakeUps(machines: readonly Machine[]): Promise<void> {
    const lines = machines.map(
      (machine): MeasuredCase => ({ stages: [], machine, specs: this.#lines.waking(machine[0]!) }),
    );
    await this.#inTurns(lines, async ({ machine }, size, line) => {
      const traces = await line.among(size);
      for (const node of machine) this.#wakeUps.push(...wakeUpCosts(node, traces, WOKEN));
      this.#progress(`workers on ${machine.join(", ")}`);
    });
  }

  /**
   * Deploys lines, all at once, and measures each at every size, in passes of random order.
   * @param before is done first, for each line once.
   */
  async #inTurns(
    lines: readonly MeasuredCase[],
    measure: (one: MeasuredCase, size: FrameSize, line: Line) => Promise<void>,
    before: (one: MeasuredCase, line: Line) => Promise<void> = async () => {},
  ): Promise<void> {
    const { sizes } = this.#subject;
    // A pod that is measured on several machines has one feeder for all of them.
    const specs = new Map(lines.flatMap((one) => one.specs).map((spec) => [spec.name, spec]));
    await MeasuredLine.deployed([...specs.values()], this.#options, async (lineOf) => {
      const cases: { one: MeasuredCase; size: FrameSize; line: Line }[] = [];
      for (const one of lines) {
        const line = lineOf(one.specs);
        await line.warmUp(largest(sizes));
        await before(one, line);
        for (const size of sizes) cases.push({ one, size, line });
      }
      for (const { one, size, line } of this.#inPasses(cases)) await measure(one, size, line);
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

  /** Takes the costs of a pod on a node from the traces of its measurements. */
  #record(stages: readonly PlanStage[], node: string, traces: Record<Thread, Trace>): void {
    const { input: shape } = stages[0]!;
    const tested = shape === null ? 0 : 1;
    const cpu = (thread: Thread) => settled(traces[thread], tested, "computeCpu");
    this.#addCompute(stages, node, { busy: cpu("busy"), idle: cpu("idle"), cold: cpu("cold") });
    // What waits at a third of its own pace says nothing of pipelines, but it is all there is of one that is one pod.
    if (!this.#lines.isWhole(stages) || this.#gaps.idle.length === 0) {
      for (const thread of ["idle", "cold"] as const) this.#gaps[thread].push(...gaps(traces[thread], tested));
    }
    if (this.#lines.isWhole(stages)) return;
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
