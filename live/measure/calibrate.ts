import { RandomStream } from "../../sim/engine/random.ts";
import { bytesOf } from "../../sim/frame.ts";
import type { Plan, PlanStage } from "../../sim/plan.ts";
import {
  type HandoverCost,
  type LatenessCost,
  type LinkCost,
  type LoopbackCost,
  type MessageCost,
  PROFILE_VERSION,
  type Profile,
  type StageCost,
  type Thread,
} from "../../sim/profile.ts";
import type { FrameSize } from "../../sim/topology/catalogue.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import type { Trace } from "../../sim/trace.ts";
import type { Cluster, PodSpec } from "../clusters/cluster.ts";
import { largest } from "../testbed.ts";
import { acknowledgements, gaps, handovers, lateness, median, onTheWay, settled } from "./columns.ts";
import { fingerprint } from "./fingerprint.ts";
import { measureLink } from "./link-costs.ts";
import { type Line, MeasuredLine } from "./measured-line.ts";
import { type Machine, type Subject, subjectOf } from "./subject.ts";

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
/** Every stage is measured so often, at other moments: the host is not equally fast at all times. */
const PASSES = 2;
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
  readonly #stages: StageCost[] = [];
  readonly #messages: MessageCost[] = [];
  readonly #handovers: HandoverCost[] = [];
  readonly #loopbacks: LoopbackCost[] = [];
  readonly #acknowledgement: number[] = [];
  readonly #lateness: LatenessCost[] = [];
  readonly #gaps: { idle: number[]; cold: number[] } = { idle: [], cold: [] };
  readonly #total: number;
  #done = 0;

  constructor(topology: Topology, plans: readonly Plan[], options: CalibrationOptions) {
    this.#topology = topology;
    this.#plans = plans;
    this.#options = options;
    this.#subject = subjectOf(topology, plans);
    this.#random = new RandomStream(topology.workload.seed, "calibration order");
    const { stages, sizes, links, grouped } = this.#subject;
    this.#total =
      grouped.length * PASSES * sizes.length +
      stages.reduce((sum, { machines }) => sum + machines.length * PASSES * sizes.length, 0) +
      links.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  async measure(): Promise<Profile> {
    for (const { index, machines } of this.#subject.stages) if (machines.length > 0) await this.#measureStage(index);
    for (const machine of this.#subject.grouped) await this.#measureInner(machine);
    const links: LinkCost[] = [];
    for (const { link, bytes } of this.#subject.links) {
      const progress = () => this.#progress(`link ${link.between.join("-")}`);
      links.push(await measureLink(link, this.#shuffled(bytes), this.#options, progress));
    }
    const print = fingerprint(this.#subject.digest);
    return {
      version: PROFILE_VERSION,
      topology: this.#topology.name,
      created: new Date().toISOString(),
      fingerprint: print,
      gaps: { idle: median(this.#gaps.idle), cold: median(this.#gaps.cold) },
      hosts: this.#topology.hosts.map(({ name, cores }) => ({ host: name, cores: cores ?? print.cores })),
      stages: this.#stages,
      messages: this.#messages,
      handovers: this.#handovers,
      loopbacks: this.#loopbacks,
      links,
      acknowledgement: this.#acknowledgement,
      lateness: this.#lateness,
    };
  }

  async #measureStage(index: number): Promise<void> {
    const { stage, machines } = this.#subject.stages[index]!;
    const lines = machines.map(([node]) => this.#lineOf(index, node!));
    const feeders = index === 0 ? [] : [lines[0]![0]!];
    const pods = [...feeders, ...lines.flatMap((line) => line.slice(feeders.length))];
    await MeasuredLine.deployed(pods, this.#options, async (lineOf) => {
      const cases: { machine: Machine; size: FrameSize; line: Line }[] = [];
      for (const [i, specs] of lines.entries()) {
        const line = lineOf(specs);
        await line.warmUp(largest(this.#subject.sizes));
        for (const size of this.#subject.sizes) cases.push({ machine: machines[i]!, size, line });
        if (index === 0 && i === 0) await this.#measureLateness(line);
      }
      for (const { machine, size, line } of this.#inPasses(cases)) {
        const busy = await line.busy(size);
        const idle = await line.idle(size);
        const traces = { busy, idle, cold: await line.cold(size, idle) };
        for (const node of machine) this.#record(this.#stageOfPlan(index, size), node, index === 0 ? 0 : 1, traces);
        this.#progress(`${stage.name} on ${machine.join(", ")}`);
      }
    });
  }

  async #measureLateness(line: Line): Promise<void> {
    for (const rate of LATENESS_RATES) {
      const frames = LATENESS_FRAMES + Math.ceil(LATENESS_SECONDS * rate);
      const trace = await line.run(this.#subject.sizes[0]!, frames, { rate, window: 8 });
      this.#lateness.push({ interval: 1 / rate, seconds: lateness(trace) });
    }
  }

  /** All stages in one pod: what each costs behind the one before it. */
  async #measureInner(machine: Machine): Promise<void> {
    const { sizes, stages } = this.#subject;
    const pod = this.#podOf(
      "all",
      machine[0]!,
      stages.map(({ index }) => index),
    );
    await MeasuredLine.deployed([pod], this.#options, async (lineOf) => {
      const line = lineOf([pod]);
      await line.warmUp(largest(sizes));
      for (const size of this.#inPasses(sizes)) {
        const { busy, idle, cold } = await line.stages(size);
        for (const { index } of stages) {
          const cpu = { busy: busy[index]!, idle: idle[index]!, cold: cold[index]! };
          for (const node of machine) this.#addStage(this.#stageOfPlan(index, size), node, true, cpu);
        }
        this.#progress(`all stages on ${machine.join(", ")}`);
      }
    });
  }

  #podOf(name: string, node: string, indices: readonly number[]): PodSpec {
    const stages = indices.map((index) => {
      const { name, kernel, params } = this.#topology.stages[index]!;
      return { name, kernel, params };
    });
    return { name, node, stages, baseDirectory: this.#options.baseDirectory, upstream: null, link: null };
  }

  /** feeder -> the stage on its node -> a pod that takes its frames. The source has no feeder. */
  #lineOf(index: number, node: string): PodSpec[] {
    const name = `${this.#topology.stages[index]!.name}-${node}`;
    const before = Array.from({ length: index }, (_, i) => i);
    const feeder: PodSpec = { ...this.#podOf("feeder", node, before), replay: REPLAY };
    const tested: PodSpec = { ...this.#podOf(name, node, [index]), upstream: index === 0 ? null : { pod: "feeder" } };
    const sink: PodSpec = {
      ...tested,
      name: `after-${name}`,
      stages: [{ name: "same", kernel: "identity", params: {} }],
      upstream: { pod: name },
    };
    return index === 0 ? [tested, sink] : [feeder, tested, sink];
  }

  /** Takes the costs of a stage on a node from the traces of its measurements. */
  #record(stage: PlanStage, node: string, pod: number, traces: Record<Thread, Trace>): void {
    const output = bytesOf(stage.output);
    const input = stage.input === null ? null : bytesOf(stage.input);
    const cpu = (thread: Thread) => settled(traces[thread], pod, "computeCpu");
    for (const thread of THREADS) {
      const trace = traces[thread];
      this.#messages.push({ node, direction: "send", thread, bytes: output, cpu: settled(trace, pod, "sendCpu") });
      if (input === null) continue;
      this.#messages.push({ node, direction: "receive", thread, bytes: input, cpu: settled(trace, pod, "receiveCpu") });
    }
    this.#addStage(stage, node, false, { busy: cpu("busy"), idle: cpu("idle"), cold: cpu("cold") });
    for (const thread of ["idle", "cold"] as const) {
      const trace = traces[thread];
      this.#gaps[thread].push(...gaps(trace, pod));
      this.#handovers.push({ node, thread, bytes: output, seconds: handovers(trace, pod) });
      if (input === null) continue;
      this.#loopbacks.push({ node, thread, bytes: input, seconds: onTheWay(trace, pod) });
    }
    if (input !== null) this.#acknowledgement.push(...acknowledgements(traces.idle, pod));
  }

  #addStage({ key, name, input, output }: PlanStage, node: string, inner: boolean, cpu: StageCost["cpu"]): void {
    const at = this.#stages.findIndex((one) => one.key === key && one.node === node && one.inner === inner);
    const earlier = this.#stages[at];
    if (earlier === undefined) this.#stages.push({ key, stage: name, node, input, output, inner, cpu });
    else {
      const both = (thread: Thread) => [...earlier.cpu[thread], ...cpu[thread]];
      this.#stages[at] = { ...earlier, cpu: { busy: both("busy"), idle: both("idle"), cold: both("cold") } };
    }
  }

  #stageOfPlan(index: number, size: FrameSize): PlanStage {
    const { name } = this.#topology.stages[index]!;
    for (const plan of this.#plans) {
      if (plan.size.height !== size.height || plan.size.width !== size.width) continue;
      const stage = plan.pods.flatMap((pod) => pod.stages).find((one) => one.name === name);
      if (stage !== undefined) return stage;
    }
    throw new RangeError(`no plan has stage ${name} at ${size.width}x${size.height}`);
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
