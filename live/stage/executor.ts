import { resolve } from "node:path";
import { findKernel } from "../../kernels/catalogue.ts";
import type { Kernel, Picture, PreparedSource, PreparedTransform } from "../../kernels/kernel.ts";
import type { FrameShape } from "../../sim/frame.ts";
import { now } from "./clock.ts";
import type { PodConfig } from "./config.ts";
import type { Samples } from "./frame-codec.ts";
import type { Pace } from "./pace.ts";
import type { Run } from "./wire.ts";

interface LoadedStage {
  readonly name: string;
  readonly kernel: Kernel<unknown>;
  readonly params: unknown;
  readonly pictures: readonly Picture[];
}

/** Runs the kernels of a pod's stages one after the other on a frame; its buffers are made once per shape. */
export class Executor {
  readonly #stages: readonly LoadedStage[];
  #source: PreparedSource | null = null;
  #transforms: PreparedTransform[] = [];
  /** Output of each stage but the last. */
  #between: Samples[] = [];
  readonly #replay: number;
  /** Outputs that are sent again instead of computed anew. */
  #replayed: Samples[] = [];
  #prepared = "";
  #output: FrameShape | null = null;

  private constructor(stages: readonly LoadedStage[], replay: number) {
    this.#stages = stages;
    this.#replay = replay;
  }

  /** True when frames are computed once and then repeated. */
  get replays(): boolean {
    return this.#replay > 0;
  }

  /** Checks the parameters of all stages and loads what they need. @throws Error naming the stage. */
  static async load(config: PodConfig): Promise<Executor> {
    const stages: LoadedStage[] = [];
    for (const { name, kernel: kernelName, params: given } of config.stages) {
      const kernel = findKernel(kernelName);
      const result = kernel.params.safeParse(given);
      if (!result.success) {
        const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
        throw new Error(`pod ${config.name}: stage ${name}: ${problems}`);
      }
      let pictures: readonly Picture[] = [];
      if (kernel.name === "images") {
        const { loadImages } = await import("./images.ts");
        pictures = await loadImages(resolve(config.baseDirectory, (result.data as { folder: string }).folder));
      }
      stages.push({ name, kernel, params: result.data, pictures });
    }
    return new Executor(stages, config.replay);
  }

  /**
   * Gets ready for frames of a shape (`null`: the first stage is the source, the run gives its size).
   * @returns the shape of the last stage's output. @throws RangeError if a kernel can't take its input.
   */
  prepare(input: FrameShape | null, run: Run): FrameShape {
    const key = JSON.stringify(input ?? [run.height, run.width]);
    if (key === this.#prepared && this.#output !== null) return this.#output;
    let shape = input;
    this.#source = null;
    this.#transforms = [];
    this.#between = [];
    this.#replayed = [];
    this.#stages.forEach(({ name, kernel, params, pictures }, index) => {
      if (index > 0) this.#between.push(allocate(shape!));
      const first = shape === null;
      if (first !== (kernel.role === "source")) {
        throw new RangeError(
          first
            ? `stage ${name} is no source and has nothing upstream`
            : `stage ${name} is a source and has frames upstream`,
        );
      }
      if (kernel.role === "source") {
        this.#source = kernel.implementations.reference.prepare(
          params,
          { height: run.height, width: run.width },
          pictures,
        );
        shape = this.#source.output;
      } else {
        const prepared = kernel.implementations.reference.prepare(params, shape!);
        this.#transforms.push(prepared);
        shape = prepared.output;
      }
    });
    this.#prepared = key;
    this.#output = shape;
    return shape!;
  }

  /**
   * Computes one frame, each stage held to the node's pace.
   * @returns CPU time of the kernels, seconds.
   */
  run(sequence: number, input: Samples | null, output: Samples, pace: Pace): number {
    const kept = this.#replayed[sequence % this.#replay];
    if (kept !== undefined) {
      const begin = now();
      output.set(kept);
      return pace.settleStage(begin);
    }
    const cpu = this.#compute(sequence, input, output, pace);
    if (this.#replay > 0) this.#replayed[sequence % this.#replay] = output.slice();
    return cpu;
  }

  #compute(sequence: number, input: Samples | null, output: Samples, pace: Pace): number {
    let cpu = 0;
    let from = input;
    let next = 0;
    if (this.#source !== null) {
      const to = this.#transforms.length === 0 ? output : this.#between[next++]!;
      const begin = now();
      this.#source.produce(sequence, to);
      cpu += pace.settleStage(begin);
      from = to;
    }
    const last = this.#transforms.length - 1;
    for (let i = 0; i <= last; i++) {
      const to = i === last ? output : this.#between[next++]!;
      const begin = now();
      this.#transforms[i]!.run(from!, to);
      cpu += pace.settleStage(begin);
      from = to;
    }
    return cpu;
  }
}

function allocate(shape: FrameShape): Samples {
  const samples = shape.height * shape.width * shape.channels;
  return shape.element === "float32" ? new Float32Array(samples) : new Uint8Array(samples);
}
