import { setTimeout as sleep } from "node:timers/promises";
import type { Plan } from "../../sim/plan.ts";
import { median } from "../../sim/statistics/quantile.ts";
import type { Cluster, Deployment, PodSpec } from "../clusters/cluster.ts";
import { Driver, RunError } from "../driver.ts";
import { now } from "../stage/clock.ts";
import type { ReceivedFrame } from "../stage/frame-codec.ts";
import type { Run } from "../stage/wire.ts";
import { Consumer } from "./consumer.ts";
import { Line, WARMUP } from "./line.ts";
import type { Migration } from "./migration.ts";
import { placeOf, type Succession, succession } from "./placement.ts";

export interface OperationOptions {
  readonly cluster: Cluster;
  /** Folder for the pods' logs. */
  readonly logs: string;
  /** The pods of a placement, by the plan's names. @param image of their containers; left out: the cluster's. */
  readonly pods: (plan: Plan, image?: string) => readonly PodSpec[];
  /** How many frames to stream; left out: until it is stopped. */
  readonly frames?: number;
  readonly onFrame?: (frame: ReceivedFrame) => void;
  /** Seconds that the first pods' compilers are waited for, at most; left out: 5. Those of pods that come later would disturb what runs. */
  readonly patience?: number;
}

/** A run that has no end but that somebody stops it. */
const ENDLESS = 2 ** 32 - 1;
/** Pods remember what they did to so many frames. */
const KEPT = 4096;
/** Before the first frame is due, seconds: by then all pods have learnt of the run. */
const LEAD = 0.1;
/** A line that goes and brings nothing for so long, or so many times as long as usual, is given up: the new one does the rest. */
const GIVEN_UP = { seconds: 2, gaps: 10 };
/** A new line that brings nothing for so long does not work. */
const SWITCH_SECONDS = 30;
const COMPILING_SECONDS = 5;
/** Frames whose gaps tell what is usual, and that the switch is over. */
const USUAL_FRAMES = 50;
/** ... or so many seconds. */
const SETTLED_SECONDS = 3;

/**
 * A pipeline that runs on while it moves: frames come to this process, each once, in order, whatever pods made them. A move is
 * make-before-break: the new pods are there and warm before the old ones are asked for anything, and these go when all that they had is
 * delivered.
 */
export class Operation {
  readonly consumer: Consumer;
  /** Resolves when all frames are delivered; rejects when that can't be any more. */
  readonly ended: Promise<void>;
  readonly #options: OperationOptions;
  readonly #deployment: Deployment;
  readonly #names = new Set<string>();
  #line: Line;
  /** Lines that bring frames: two while the pipeline moves. */
  readonly #open = new Set<Line>();
  #run: Run;
  /** When frame 0 is due, this process's clock; `NaN` where frames are not due. */
  #origin = Number.NaN;
  #moving: Promise<Migration> | null = null;
  /** Seconds that deploying pods took when it was done last. */
  #deploying = 0;
  #end: (failure: Error | null) => void = () => {};

  private constructor(deployment: Deployment, line: Line, run: Run, options: OperationOptions) {
    this.#options = options;
    this.#deployment = deployment;
    this.#line = line;
    this.#run = run;
    for (const { name } of line.pods) this.#names.add(name);
    this.consumer = new Consumer((next) => this.#delivered(next), options.onFrame);
    this.ended = new Promise((resolve, reject) => {
      this.#end = (failure) => (failure === null ? resolve() : reject(failure));
    });
    this.ended.catch(() => {});
    void deployment.broken.then((reason) => this.#end(new RunError(reason)));
  }

  /** Deploys a placement, warms it up and begins to stream. @throws DeploymentError if it does not come up. */
  static async start(plan: Plan, options: OperationOptions): Promise<Operation> {
    const { cluster, logs, pods: podsOf, frames = ENDLESS, patience = COMPILING_SECONDS } = options;
    const pods = podsOf(plan);
    const begin = now();
    const deployment = await cluster.deploy(pods, logs);
    const deployed = now() - begin;
    try {
      await warmed(deployment, pods, plan, patience);
      const { height, width } = plan.size;
      const { load } = plan.workload;
      const rate = load.kind === "rate" ? load.rate : 0;
      const window = plan.hops[0]?.window ?? 1;
      const kept = Math.max(KEPT, 16 * window);
      const run: Run = { id: `operate ${Date.now()}`, frames, rate, height, width, window, digests: 0, kept };
      const line = new Line(plan, pods, deployment);
      const operation = new Operation(deployment, line, run, options);
      operation.#deploying = deployed;
      if (rate > 0) operation.#origin = now() + LEAD;
      operation.#take(line, 0, await line.sourceClock());
      return operation;
    } catch (error) {
      await deployment.stop();
      throw error;
    }
  }

  /** Seconds until pods that are new serve and are warm, as long as it took before. */
  get deploying(): number {
    return this.#deploying + WARMUP.seconds;
  }

  get moving(): boolean {
    return this.#moving !== null;
  }

  get line(): Line {
    return this.#line;
  }

  get run(): Run {
    return this.#run;
  }

  get deployment(): Deployment {
    return this.#deployment;
  }

  /** When a frame is due, monotonic, seconds; `NaN` where frames are not due. */
  dueAt(sequence: number): number {
    return this.#origin + sequence / this.#run.rate;
  }

  /**
   * Moves the pipeline. What goes wrong before the switch leaves it as it was.
   * @param onStep is told what is done next. @throws Error that says why it did not come to be.
   */
  async migrate(plan: Plan, onStep: (step: string) => void = () => {}, image?: string): Promise<Migration> {
    if (this.#moving !== null) throw new RunError("the pipeline is moving already: wait until it has");
    const old = this.#line;
    const next = succession(old.pods, this.#options.pods(plan, image), this.#names);
    const { pods, kept } = next;
    if (kept === pods.length) throw new RunError(`the pipeline is at ${placeOf(plan)} already`);
    try {
      this.#moving = this.#move(plan, old, next, onStep);
      return await this.#moving;
    } finally {
      this.#moving = null;
    }
  }

  async #move(plan: Plan, old: Line, { pods, kept }: Succession, onStep: (step: string) => void): Promise<Migration> {
    const added = pods.slice(kept);
    const removed = old.pods.slice(kept).map(({ name }) => name);
    const names = added.map(({ name }) => name);
    const begin = now();
    onStep(`deploys ${names.join(", ")} beside ${old.pods.map(({ name }) => name).join(", ")}`);
    await this.#deployment.extend(added);
    for (const name of names) this.#names.add(name);
    const serving = now();
    this.#deploying = serving - begin;
    const line = new Line(plan, pods, this.#deployment);
    let clock: number;
    try {
      onStep("warms them up");
      if (kept === 0) await warmed(this.#deployment, pods, plan, 0);
      else await line.warmUp(kept, plan.hops[kept - 1]!.shape, this.#run.window);
      clock = await line.sourceClock();
    } catch (error) {
      line.dispose();
      await this.#deployment.remove(names);
      throw error;
    }
    const warm = now();
    onStep("switches");
    const before = { next: this.consumer.next, repeated: this.consumer.repeated };
    const usual = medianOf(this.consumer.gaps(before.next - USUAL_FRAMES, before.next));
    const at = await this.#switch(old, line, kept, clock, usual);
    this.#line = line;
    old.dispose();
    onStep(`removes ${removed.join(", ")}`);
    const settled = this.#reaches(Math.min(at + USUAL_FRAMES, this.#run.frames), SETTLED_SECONDS);
    await this.#deployment.remove(removed);
    await settled;
    const gap = Math.max(0, ...this.consumer.gaps(before.next, this.consumer.next));
    return {
      from: placeOf(old.plan),
      to: placeOf(plan),
      kept: pods.slice(0, kept).map(({ name }) => name),
      added: names,
      removed,
      deploy: serving - begin,
      warm: warm - serving,
      at,
      pause: Math.max(0, gap - usual),
      usual,
      repeated: this.consumer.repeated - before.repeated,
    };
  }

  /**
   * The first of the old pods that does not stay takes no more frames; what it has taken is delivered by the old line while the new one,
   * which begins with the frame after, fills. If it can't tell which that is, or the old line does not bring them, the new one brings all
   * that is not delivered: it is with the pods that stay, or the source makes it again.
   * @returns the first frame that the new line is to bring.
   */
  async #switch(old: Line, line: Line, kept: number, clock: number, usual: number): Promise<number> {
    const patience = Math.max(GIVEN_UP.seconds, GIVEN_UP.gaps * usual);
    const late = new AbortController();
    const told = await Promise.race([
      old.clients[kept]!.handOver(this.#run.id).catch(() => null),
      sleep(patience * 1e3, null, { signal: late.signal }).catch(() => null),
    ]).finally(() => late.abort());
    const at = Math.max(told ?? 0, this.consumer.next);
    if (told === null) this.#leave(old);
    this.#take(line, at, clock);
    const came = await this.#reaches(at, patience);
    this.#leave(old);
    if (!came) this.#take(line, this.consumer.next, clock);
    if (!(await this.#reaches(Math.min(at + 1, this.#run.frames), SWITCH_SECONDS))) {
      const failure = new RunError(`${line.plan.split} brings no frames: none after ${this.consumer.next - 1}`);
      this.#end(failure);
      throw failure;
    }
    return at;
  }

  /** Begins to take a line's frames, from `next` on, on the schedule that the source had so far. @param clock its source's. */
  #take(line: Line, next: number, clock: number): void {
    const run = this.#run.rate > 0 ? { ...this.#run, origin: this.#origin - clock } : this.#run;
    this.#open.add(line);
    line.open(run, next, {
      frame: (frame) => {
        try {
          this.consumer.take(frame);
        } catch (error) {
          this.#end(error as Error);
        }
      },
      finished: () => this.#end(null),
      failed: (error) => {
        if (this.#open.has(line)) this.#end(error);
      },
    });
    if (this.consumer.next > 0) line.acknowledge(this.consumer.next);
  }

  #leave(line: Line): void {
    this.#open.delete(line);
    line.close();
  }

  #delivered(next: number): void {
    for (const line of this.#open) line.acknowledge(next);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  readonly #waiting: (() => void)[] = [];

  /** Waits until all frames before `next` are delivered. @returns false if for so many seconds none was. @throws what ended the stream. */
  async #reaches(next: number, patience: number): Promise<boolean> {
    while (this.consumer.next < next) {
      const before = this.consumer.next;
      let late: NodeJS.Timeout | undefined;
      await Promise.race([
        new Promise<void>((resolve) => this.#waiting.push(resolve)),
        new Promise<void>((resolve) => {
          late = setTimeout(resolve, patience * 1e3);
        }),
        this.ended,
      ]).finally(() => clearTimeout(late));
      if (this.consumer.next === before) return false;
    }
    return true;
  }

  /** Ends the stream and all pods. */
  async stop(): Promise<void> {
    this.#end(new RunError("the pipeline was stopped"));
    await this.#moving?.catch(() => {});
    for (const line of this.#open) line.close();
    this.#open.clear();
    this.#line.dispose();
    this.consumer.close();
    await this.#deployment.stop();
  }
}

/** A whole line, before it has anything to do. */
async function warmed(deployment: Deployment, pods: readonly PodSpec[], plan: Plan, patience: number): Promise<void> {
  const driver = new Driver(deployment, pods);
  try {
    await driver.warmUp(plan.size, patience);
  } finally {
    driver.close();
  }
}

function medianOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : median(values);
}
