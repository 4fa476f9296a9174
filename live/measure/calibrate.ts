import { RandomStream } from "../../sim/engine/random.ts";
import { bytesOf } from "../../sim/frame.ts";
import type { Plan, PlanStage } from "../../sim/plan.ts";
import type {
  LatenessCost,
  LinkCost,
  LoopbackCost,
  MessageCost,
  Profile,
  StageCost,
  Thread,
} from "../../sim/profile.ts";
import type { FrameSize } from "../../sim/topology/catalogue.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import type { Trace } from "../../sim/trace.ts";
import type { Cluster, PodSpec } from "../clusters/cluster.ts";
import { largest } from "../testbed.ts";
import { acknowledgements, gaps, lateness, median, onTheWay, settled } from "./columns.ts";
import { fingerprint } from "./fingerprint.ts";
import { measureLink } from "./link-costs.ts";
import { type Line, MeasuredLine } from "./measured-line.ts";
import { type Subject, subjectOf } from "./subject.ts";

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
      grouped.length * sizes.length +
      stages.reduce((sum, { nodes }) => sum + nodes.length * sizes.length, 0) +
      links.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  async measure(): Promise<Profile> {
    for (const { index, nodes } of this.#subject.stages) if (nodes.length > 0) await this.#measureStage(index);
    for (const node of this.#subject.grouped) await this.#measureInner(node);
    const links: LinkCost[] = [];
    for (const { link, bytes } of this.#subject.links) {
      const progress = () => this.#progress(`link ${link.between.join("-")}`);
      links.push(await measureLink(link, this.#shuffled(bytes), this.#options, progress));
    }
    const print = fingerprint(this.#subject.digest);
    return {
      version: 1,
      topology: this.#topology.name,
      created: new Date().toISOString(),
      fingerprint: print,
      gaps: { idle: median(this.#gaps.idle), cold: median(this.#gaps.cold) },
      hosts: this.#topology.hosts.map(({ name, cores }) => ({ host: name, cores: cores ?? print.cores })),
      stages: this.#stages,
      messages: this.#messages,
      loopbacks: this.#loopbacks,
      links,
      acknowledgement: this.#acknowledgement,
      lateness: this.#lateness,
    };
  }

  async #measureStage(index: number): Promise<void> {
    const { stage, nodes } = this.#subject.stages[index]!;
    const lines = nodes.map((node) => this.#lineOf(index, node));
    const feeders = index === 0 ? [] : [lines[0]![0]!];
    const pods = [...feeders, ...lines.flatMap((line) => line.slice(feeders.length))];
    await MeasuredLine.deployed(pods, this.#options, async (lineOf) => {
      const cases: { node: string; size: FrameSize; line: Line }[] = [];
      const fastest = lines.map(([first]) => first!).reduce((best, pod) => (pod.speed > best.speed ? pod : best));
      for (const [i, specs] of lines.entries()) {
        const line = lineOf(specs);
        await line.warmUp(largest(this.#subject.sizes));
        for (const size of this.#subject.sizes) cases.push({ node: nodes[i]!, size, line });
        if (index === 0 && specs[0] === fastest) await this.#measureLateness(line, fastest.speed);
      }
      for (const { node, size, line } of this.#shuffled(cases)) {
        const busy = await line.busy(size);
        const idle = await line.idle(size);
        const traces = { busy, idle, cold: await line.cold(size, idle) };
        this.#record(this.#stageOfPlan(index, size), node, index === 0 ? 0 : 1, traces);
        this.#progress(`${stage.name} on ${node}`);
      }
    });
  }

  async #measureLateness(line: Line, speed: number): Promise<void> {
    for (const rate of LATENESS_RATES) {
      const frames = LATENESS_FRAMES + Math.ceil(LATENESS_SECONDS * rate);
      const trace = await line.run(this.#subject.sizes[0]!, frames, { rate, window: 8 });
      this.#lateness.push({ interval: 1 / rate, seconds: lateness(trace, speed) });
    }
  }

  /** All stages in one pod: what each costs behind the one before it. */
  async #measureInner(node: string): Promise<void> {
    const { sizes, stages } = this.#subject;
    const pod = this.#podOf(
      "all",
      node,
      stages.map(({ index }) => index),
    );
    await MeasuredLine.deployed([pod], this.#options, async (lineOf) => {
      const line = lineOf([pod]);
      await line.warmUp(largest(sizes));
      for (const size of this.#shuffled(sizes)) {
        const { busy, idle, cold } = await line.stages(size);
        for (const { index } of stages) {
          const { key, name, input, output } = this.#stageOfPlan(index, size);
          this.#stages.push({
            key,
            stage: name,
            node,
            input,
            output,
            inner: true,
            cpu: { busy: busy[index]!, idle: idle[index]!, cold: cold[index]! },
          });
        }
        this.#progress(`all stages on ${node}`);
      }
    });
  }

  #podOf(name: string, node: string, indices: readonly number[]): PodSpec {
    const { speed } = this.#topology.nodes.find((one) => one.name === node)!;
    const stages = indices.map((index) => {
      const { name, kernel, params } = this.#topology.stages[index]!;
      return { name, kernel, params };
    });
    return { name, node, speed, stages, baseDirectory: this.#options.baseDirectory, upstream: null, link: null };
  }

  /** feeder -> the stage on its node -> a pod that takes its frames. The source has no feeder. */
  #lineOf(index: number, node: string): PodSpec[] {
    const name = `${this.#topology.stages[index]!.name}-${node}`;
    const before = Array.from({ length: index }, (_, i) => i);
    const feeder: PodSpec = { ...this.#podOf("feeder", node, before), speed: 1, replay: REPLAY };
    const tested: PodSpec = { ...this.#podOf(name, node, [index]), upstream: index === 0 ? null : { pod: "feeder" } };
    const sink: PodSpec = {
      ...tested,
      name: `after-${name}`,
      speed: 1,
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
    const { key, name, input: from, output: to } = stage;
    const all = { busy: cpu("busy"), idle: cpu("idle"), cold: cpu("cold") };
    this.#stages.push({ key, stage: name, node, input: from, output: to, inner: false, cpu: all });
    for (const thread of ["idle", "cold"] as const) {
      const trace = traces[thread];
      this.#gaps[thread].push(...gaps(trace, pod));
      if (input === null) continue;
      this.#loopbacks.push({ node, thread, bytes: input, seconds: onTheWay(trace, pod) });
    }
    if (input !== null) this.#acknowledgement.push(...acknowledgements(traces.idle, pod));
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
