import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { frameMemory, type Region } from "../../kernels/simd/memory.ts";
import { Fifo } from "../../sim/engine/queue.ts";
import type { FrameShape } from "../../sim/frame.ts";
import type { EmulatedPace } from "../../sim/plan.ts";
import type { PodConfig } from "./config.ts";
import type { ReceivedFrame, SentFrame } from "./frame-codec.ts";
import type { Session } from "./session.ts";
import { type EndedTask, TaskRing } from "./task-ring.ts";
import type { Round, WorkerData } from "./worker.ts";

const PROGRAM = new URL(`./worker.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);

/** A frame that workers are to compute, and what came of it. */
export interface Job extends EndedTask {
  readonly session: Session;
  readonly sequence: number;
  /** `null` at the source. */
  readonly received: ReceivedFrame | null;
  /** Where it was copied to if it did not lie in the shared memory. */
  readonly copy: Region | null;
  /** `null`: it goes nowhere. */
  readonly frame: SentFrame | null;
}

/**
 * The worker threads of a pod. Frames lie in the memory that all its threads share; what is published is taken by whichever
 * worker has time, and collected in order.
 */
export class Crew {
  readonly count: number;
  readonly #ring = new TaskRing();
  readonly #ports: MessagePort[] = [];
  readonly #jobs = new Fifo<Job>();
  #rounds = 0;

  private constructor(count: number) {
    this.count = count;
  }

  /** Starts the workers of a pod. @throws Error if one can't load its stages. A worker that ends later ends the process. */
  static async start(config: PodConfig): Promise<Crew> {
    const crew = new Crew(config.workers);
    await Promise.all(Array.from({ length: config.workers }, () => crew.#launch(config)));
    return crew;
  }

  /** `wake` is called in a turn of the event loop of its own when something has ended since `collect` found nothing. */
  onEnded(wake: () => void): void {
    for (const port of this.#ports) {
      port.on("message", () => {
        this.#ring.listen();
        wake();
      });
    }
  }

  /** So many frames are under way that none may be published. */
  get full(): boolean {
    return this.#ring.full;
  }

  /** A run's frames are to come; those of the one before need not be computed any more. */
  begin(session: Session, input: FrameShape | null, emulated: EmulatedPace | null): void {
    const round: Round = { number: ++this.#rounds, run: session.run, input, emulated };
    for (const port of this.#ports) port.postMessage(round);
    this.#ring.startRound(round.number);
  }

  /** @param frame to compute into, `null`: nowhere. @param due not to be begun before, monotonic, seconds; `NaN`: at once. */
  publish(
    session: Session,
    sequence: number,
    received: ReceivedFrame | null,
    frame: SentFrame | null,
    due: number,
  ): void {
    const memory = frameMemory();
    let input = received === null ? 0 : memory.addressOf(received.samples);
    let copy: Region | null = null;
    if (input === -1) {
      const region = memory.allocateFrame(received!.shape);
      region.samples.set(received!.samples);
      input = region.address;
      copy = region;
    }
    this.#jobs.push({
      session,
      sequence,
      received,
      copy,
      frame,
      start: 0,
      end: 0,
      computeCpu: 0,
      digest: null,
      error: null,
    });
    this.#ring.publish(sequence, input, frame?.samples.byteOffset ?? 0, due);
  }

  /** The oldest frame that was published and not collected, if it has ended. */
  collect(): Job | null {
    if (!this.#ring.hasEnded) return null;
    const job = this.#jobs.shift()!;
    this.#ring.collect(job);
    if (job.copy !== null) frameMemory().free(job.copy);
    return job;
  }

  async #launch(config: PodConfig): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    const { memory } = frameMemory();
    const data: WorkerData = { config, memory, ring: this.#ring.shared, port: port2 };
    const worker = new Worker(PROGRAM, { workerData: data, transferList: [port2] });
    await new Promise<void>((resolve, reject) => {
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new Error(`pod ${config.name}: a worker ended with ${code}`)));
      port1.once("message", () => resolve());
    });
    // Pods are killed and started again, never mended.
    worker.removeAllListeners();
    worker.on("error", (error) => {
      throw error;
    });
    this.#ports.push(port1);
  }
}
