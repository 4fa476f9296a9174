import type { Plan } from "../../sim/plan.ts";
import { median } from "../../sim/statistics/quantile.ts";
import type { Cluster, Deployment, PodSpec } from "../clusters/cluster.ts";
import { Driver, RunError } from "../driver.ts";
import { now } from "../stage/clock.ts";
import type { ReceivedFrame } from "../stage/frame-codec.ts";
import type { Run } from "../stage/wire.ts";
import type { Consumer } from "./consumer.ts";
import { Line, WARMUP } from "./line.ts";
import type { Migration } from "./migration.ts";
import { placeOf, type Succession, succession } from "./placement.ts";
import { Stream } from "./stream.ts";

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
  /** Ends the start, not what was started. */
  readonly signal?: AbortSignal;
}

/** A run that has no end but that somebody stops it. */
const ENDLESS = 2 ** 32 - 1;
/** Pods remember what they did to so many frames. */
const KEPT = 4096;
/** Before the first frame is due, seconds: by then all pods have learnt of the run. */
const LEAD = 0.1;
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
  readonly #options: OperationOptions;
  readonly #deployment: Deployment;
  readonly #stream: Stream;
  readonly #names = new Set<string>();
  #line: Line;
  /** Of the pods; `undefined`: the cluster's. */
  #image: string | undefined;
  #moving: Promise<Migration> | null = null;
  /** Seconds that deploying pods took when it was done last. */
  #deploying = 0;

  private constructor(deployment: Deployment, line: Line, stream: Stream, options: OperationOptions) {
    this.#options = options;
    this.#deployment = deployment;
    this.#line = line;
    this.#stream = stream;
    for (const { name } of line.pods) this.#names.add(name);
    void deployment.broken.then((reason) => stream.end(new RunError(reason)));
  }

  /** Deploys a placement, warms it up and begins to stream. @throws DeploymentError if it does not come up; the signal's reason. */
  static async start(plan: Plan, options: OperationOptions): Promise<Operation> {
    const { cluster, logs, pods: podsOf, frames = ENDLESS, patience = COMPILING_SECONDS, signal } = options;
    const pods = podsOf(plan);
    const begin = now();
    const deployment = await cluster.deploy(pods, logs, signal);
    const deployed = now() - begin;
    try {
      await warmed(deployment, pods, plan, patience, signal);
      const { height, width } = plan.size;
      const { load } = plan.workload;
      const rate = load.kind === "rate" ? load.rate : 0;
      const window = plan.hops[0]?.window ?? 1;
      const kept = Math.max(KEPT, 16 * window);
      const run: Run = { id: `operate ${Date.now()}`, frames, rate, height, width, window, digests: 0, kept };
      const line = new Line(plan, pods, deployment);
      const clock = await line.sourceClock();
      const stream = new Stream(run, rate > 0 ? now() + LEAD : Number.NaN, options.onFrame);
      const operation = new Operation(deployment, line, stream, options);
      operation.#deploying = deployed;
      stream.take(line, 0, clock);
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
    return this.#stream.run;
  }

  get consumer(): Consumer {
    return this.#stream.consumer;
  }

  /** Resolves when all frames are delivered; rejects when that can't be any more. */
  get ended(): Promise<void> {
    return this.#stream.ended;
  }

  get deployment(): Deployment {
    return this.#deployment;
  }

  /** When a frame is due, monotonic, seconds; `NaN` where frames are not due. */
  dueAt(sequence: number): number {
    return this.#stream.dueAt(sequence);
  }

  /**
   * Moves the pipeline. What goes wrong before the switch leaves it as it was.
   * @param onStep is told what is done next. @param image of all pods; left out: the one that they have. @throws Error that says why it did
   * not come to be.
   */
  async migrate(plan: Plan, onStep: (step: string) => void = () => {}, image = this.#image): Promise<Migration> {
    if (this.#moving !== null) throw new RunError("the pipeline is moving already: wait until it has");
    const old = this.#line;
    const next = succession(old.pods, this.#options.pods(plan, image), this.#names);
    const { pods, kept } = next;
    if (kept === pods.length) throw new RunError(`the pipeline is at ${placeOf(plan)} already`);
    try {
      this.#moving = this.#move(plan, old, next, onStep);
      const migration = await this.#moving;
      this.#image = image;
      return migration;
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
      else await line.warmUp(kept, plan.hops[kept - 1]!.shape, this.run.window);
      clock = await line.sourceClock();
    } catch (error) {
      line.dispose();
      await this.#remove(names, onStep);
      throw error;
    }
    const warm = now();
    onStep("switches");
    const before = { next: this.consumer.next, repeated: this.consumer.repeated };
    const usual = medianOf(this.consumer.gaps(before.next - USUAL_FRAMES, before.next));
    const at = await this.#stream.switch(old, line, kept, clock, usual);
    this.#line = line;
    old.dispose();
    onStep(`removes ${removed.join(", ")}`);
    // Whatever ends the stream now, it has moved.
    const settled = this.#stream
      .reaches(Math.min(at + USUAL_FRAMES, this.run.frames), SETTLED_SECONDS)
      .catch(() => false);
    await this.#remove(removed, onStep);
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

  /** Pods that can't be removed now are with all else, when it is stopped. */
  async #remove(names: readonly string[], onStep: (step: string) => void): Promise<void> {
    await this.#deployment.remove(names).catch((error: Error) => onStep(`not all removed: ${error.message}`));
  }

  /** Ends the stream; a move in progress gives up. */
  end(): void {
    this.#stream.end(new RunError("the pipeline was stopped"));
  }

  /** Ends the stream and all pods. */
  async stop(): Promise<void> {
    this.end();
    await this.#moving?.catch(() => {});
    this.#stream.close();
    this.#line.dispose();
    await this.#deployment.stop();
  }
}

/** A whole line, before it has anything to do. */
async function warmed(
  deployment: Deployment,
  pods: readonly PodSpec[],
  plan: Plan,
  patience: number,
  signal?: AbortSignal,
): Promise<void> {
  const driver = new Driver(deployment, pods);
  try {
    await driver.warmUp(plan.size, patience, signal);
  } finally {
    driver.close();
  }
}

function medianOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : median(values);
}
