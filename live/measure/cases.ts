import { payloadsOf } from "../../sim/calibration/assemble.ts";
import type { Reading } from "../../sim/calibration/reading.ts";
import { computeKey, type Plan, type PlanStage } from "../../sim/plan.ts";
import type { FrameSize } from "../../sim/topology/catalogue.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import type { Deployment, PodSpec } from "../clusters/cluster.ts";
import { largest } from "../testbed.ts";
import { compressionCosts, messageBytes } from "./compression-costs.ts";
import { linkCosts, linkLine, rectangle } from "./link-costs.ts";
import type { LineSpec } from "./measured-batch.ts";
import type { Line } from "./measured-line.ts";
import { MeasuredLines, WOKEN } from "./measured-lines.ts";
import { latenessCosts, type MeasuredOn, podCosts } from "./pod-costs.ts";
import type { MeasuredLink, Subject } from "./subject.ts";
import { wakeUpCosts } from "./wake-up-costs.ts";

/** One thing to measure, again and again. */
export interface Case {
  /** Unique in the calibration, and the same in the next. */
  readonly name: string;
  readonly group: string;
  readonly pods: readonly PodSpec[];
  readonly measure: (
    line: Line,
    deployment: Deployment,
  ) => Promise<Omit<Reading, "batch" | "case" | "group" | "round" | "seconds">>;
}

/** Cases whose pods are deployed together. */
export interface Batch {
  readonly name: string;
  readonly lines: readonly LineSpec[];
  readonly cases: readonly Case[];
}

/** Pods that are measured in turns; they are all deployed at once, each with a pod before and after it. */
const IN_TURNS = 8;
/** Frames per second at which a source's lateness is measured: how soon it wakes depends on how long it slept. */
const LATENESS_RATES = [30, 100, 300, 1000];
const LATENESS_FRAMES = 12;
const LATENESS_SECONDS = 0.2;

/** What a calibration has to measure, batch by batch. */
export class Cases {
  readonly #topology: Topology;
  readonly #subject: Subject;
  readonly #plans: readonly Plan[];
  readonly #baseDirectory: string;
  readonly #lines: MeasuredLines;

  constructor(topology: Topology, plans: readonly Plan[], subject: Subject, baseDirectory: string) {
    this.#topology = topology;
    this.#subject = subject;
    this.#plans = plans;
    this.#baseDirectory = baseDirectory;
    this.#lines = new MeasuredLines(topology, baseDirectory);
  }

  /** Number of cases in all. */
  get count(): number {
    const { links } = this.#subject;
    const crossing = links.reduce((sum, { bytes, compressed }) => sum + bytes.length + compressed.length, 0);
    return this.#local().reduce((sum, { cases }) => sum + cases.length, crossing);
  }

  /** All batches; that of the links comes last, when `readings` tells how large compressed frames are. */
  *batches(readings: () => readonly Reading[]): Generator<Batch> {
    yield* this.#local();
    if (this.#subject.links.length > 0) yield this.#links(readings());
  }

  /** What is measured over loopback. */
  #local(): Batch[] {
    const { pods, contents, woken } = this.#subject;
    const batches = [
      ...inTurns(
        "pods",
        pods.flatMap(({ stages, machines }) =>
          machines.flatMap((machine, i) => {
            const isSource = stages[0] === 0 && stages.length === 1;
            return [...this.#podCases(stages, machine), ...(isSource && i === 0 ? [this.#lateness(machine)] : [])];
          }),
        ),
      ),
      ...inTurns(
        "zstd",
        contents.flatMap(({ stages, machines }) => machines.flatMap((machine) => this.#contentCases(stages, machine))),
      ),
      ...inTurns(
        "workers",
        woken.flatMap((machine) => this.#wakeUpCases(machine)),
      ),
    ];
    return batches.map(({ name, cases }) => {
      const lines = cases.map(({ pods }) => ({ pods, largest: largest(this.#subject.sizes) }));
      return { name, cases, lines };
    });
  }

  /** A stage or several in a pod of their own, at every size. */
  #podCases(stages: readonly number[], machine: readonly string[]): Case[] {
    const pods = this.#lines.measuring(stages, machine[0]!);
    const alone = this.#lines.isWhole(stages);
    return this.#atEverySize(`${this.#lines.nameOf(stages)} on ${machine.join(", ")}`, pods, async (size, line) => {
      const traces = alone ? await line.alone(size) : await line.among(size);
      return podCosts(this.#stagesOfPlan(stages, size), this.#on(machine), traces, alone);
    });
  }

  /** How late a source starts, with nothing else to do. */
  #lateness(machine: readonly string[]): Case {
    const size = this.#subject.sizes[0]!;
    return {
      name: `lateness on ${machine.join(", ")}`,
      group: labelOf(size),
      pods: this.#lines.measuring([0], machine[0]!),
      measure: async (line) => {
        const traces = [];
        for (const rate of LATENESS_RATES) {
          const frames = LATENESS_FRAMES + Math.ceil(LATENESS_SECONDS * rate);
          traces.push({ rate, trace: await line.run(size, frames, { rate, window: 8 }) });
        }
        return { costs: latenessCosts(traces) };
      },
    };
  }

  /** Compression of frames that cross a link, on either end's machine: on loopback, so that no link makes its pods wait. */
  #contentCases(stages: readonly number[], machine: readonly string[]): Case[] {
    const pods = this.#lines.compressing(stages, machine[0]!);
    const name = `zstd of ${this.#lines.nameOf(stages)} on ${machine.join(", ")}`;
    return this.#atEverySize(name, pods, async (size, line) => {
      const key = computeKey(this.#stagesOfPlan(stages, size));
      return compressionCosts(key, this.#on(machine), await line.among(size));
    });
  }

  /** How long the threads of a pod with workers take to wake one another, on each machine: whatever they do, at any size. */
  #wakeUpCases(machine: readonly string[]): Case[] {
    const pods = this.#lines.waking(machine[0]!);
    return this.#atEverySize(`workers on ${machine.join(", ")}`, pods, async (size, line) => ({
      costs: wakeUpCosts(machine, await line.among(size), WOKEN),
    }));
  }

  /** @param nodes on one machine. */
  #on(nodes: readonly string[]): MeasuredOn {
    const { nodes: all } = this.#topology;
    const { host } = all.find(({ name }) => name === nodes[0])!;
    const used = new Set(this.#plans.flatMap(({ pods }) => pods.map(({ node }) => node)));
    return { nodes, machine: all.filter((one) => one.host === host && used.has(one.name)).map(({ name }) => name) };
  }

  #links(readings: readonly Reading[]): Batch {
    const lines: LineSpec[] = [];
    const cases = this.#subject.links.flatMap((measured) => {
      const { link } = measured;
      const pods = linkLine(link, this.#baseDirectory);
      const sizes = payloadsOn(measured, readings);
      lines.push({ pods, largest: rectangle(Math.max(...sizes)) });
      return sizes.map((bytes): Case => {
        const measure: Case["measure"] = (line, deployment) => linkCosts(link, bytes, line, deployment);
        return { name: `link ${link.between.join("-")} ${bytes} bytes`, group: this.#groupOf(bytes), pods, measure };
      });
    });
    return { name: "links", lines, cases };
  }

  #atEverySize(
    name: string,
    pods: readonly PodSpec[],
    measure: (size: FrameSize, line: Line) => ReturnType<Case["measure"]>,
  ): Case[] {
    return this.#subject.sizes.map((size) => {
      const group = labelOf(size);
      return { name: `${name} at ${group}`, group, pods, measure: (line) => measure(size, line) };
    });
  }

  /** The size whose frames are so large, or nearest to it, somewhere in the pipeline. */
  #groupOf(bytes: number): string {
    const distance = (plan: Plan) => Math.min(...plan.hops.map((hop) => Math.abs(Math.log(hop.bytes / bytes))));
    const [first, ...others] = this.#plans.filter(({ hops }) => hops.length > 0);
    return labelOf(others.reduce((best, plan) => (distance(plan) < distance(best) ? plan : best), first!).size);
  }

  #stagesOfPlan(indices: readonly number[], size: FrameSize): PlanStage[] {
    const plan = this.#plans.find((one) => labelOf(one.size) === labelOf(size));
    if (plan === undefined) throw new RangeError(`no plan has size ${labelOf(size)}`);
    const stages = plan.pods.flatMap((pod) => pod.stages);
    return indices.map((index) => stages[index]!);
  }
}

/** Sizes of all that crosses a link, compressed or not, each once. */
function payloadsOn({ bytes, compressed }: MeasuredLink, readings: readonly Reading[]): number[] {
  const squeezed = compressed.map((key) => messageBytes(payloadsOf(readings, key)));
  return [...new Set([...bytes, ...squeezed])].sort((a, b) => a - b);
}

/** Batches of cases that have so many lines of pods between them. */
function inTurns(name: string, cases: readonly Case[]): { name: string; cases: Case[] }[] {
  const lines = [...new Set(cases.map(nameOfLine))];
  const count = Math.ceil(lines.length / IN_TURNS);
  return Array.from({ length: count }, (_, i) => {
    const turn = new Set(lines.slice(i * IN_TURNS, (i + 1) * IN_TURNS));
    return { name: count === 1 ? name : `${name} ${i + 1}`, cases: cases.filter((one) => turn.has(nameOfLine(one))) };
  });
}

/** Lines are told apart by their last pods. */
function nameOfLine({ pods }: Case): string {
  return pods.at(-1)!.name;
}

function labelOf({ height, width }: FrameSize): string {
  return `${width}x${height}`;
}
