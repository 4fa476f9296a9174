import { resolve } from "node:path";
import { findKernel } from "../../kernels/catalogue.ts";
import type { Kernel, Picture, PreparedSource, PreparedTransform } from "../../kernels/kernel.ts";
import { describeShape, type FrameShape, samplesOf } from "../../sim/frame.ts";
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

/** A pod's stages, ready for frames of one shape, with their buffers. */
interface PreparedStages {
  readonly source: PreparedSource | null;
  readonly transforms: readonly PreparedTransform[];
  /** Output of each stage but the last. */
  readonly between: readonly Samples[];
  readonly output: FrameShape;
  /** Outputs that are sent again instead of computed anew. */
  readonly replayed: Samples[];
}

/** Runs the kernels of a pod's stages one after the other on a frame; what that needs is made once per shape. */
export class Executor {
  readonly #stages: readonly LoadedStage[];
  readonly #replay: number;
  /** CPU seconds of each stage on the latest frame. */
  readonly #cpu: Float64Array;
  readonly #prepared = new Map<string, PreparedStages>();
  #current: PreparedStages | null = null;

  private constructor(stages: readonly LoadedStage[], replay: number) {
    this.#stages = stages;
    this.#replay = replay;
    this.#cpu = new Float64Array(stages.length);
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
    const key = input === null ? `${run.height}x${run.width}` : describeShape(input);
    const prepared = this.#prepared.get(key) ?? this.#make(input, run);
    this.#prepared.set(key, prepared);
    this.#current = prepared;
    return prepared.output;
  }

  #make(input: FrameShape | null, run: Run): PreparedStages {
    let shape = input;
    let source: PreparedSource | null = null;
    const transforms: PreparedTransform[] = [];
    const between: Samples[] = [];
    for (const [index, { name, kernel, params, pictures }] of this.#stages.entries()) {
      if (index > 0) between.push(allocate(shape!));
      if ((shape === null) !== (kernel.role === "source")) {
        throw new RangeError(
          shape === null
            ? `stage ${name} is no source and has nothing upstream`
            : `stage ${name} is a source and has frames upstream`,
        );
      }
      if (kernel.role === "source") {
        source = kernel.implementations.reference.prepare(params, { height: run.height, width: run.width }, pictures);
        shape = source.output;
      } else {
        const transform = kernel.implementations.reference.prepare(params, shape!);
        transforms.push(transform);
        shape = transform.output;
      }
    }
    return { source, transforms, between, output: shape!, replayed: [] };
  }

  /**
   * Computes one frame, each stage held to the node's pace.
   * @returns CPU time of each stage, seconds; the next call overwrites it.
   */
  run(sequence: number, input: Samples | null, output: Samples, pace: Pace): Float64Array {
    const { replayed } = this.#current!;
    const kept = replayed[sequence % this.#replay];
    if (kept === undefined) this.#compute(sequence, input, output, pace);
    else {
      output.set(kept);
      this.#cpu.fill(0)[0] = pace.settleStage(0);
    }
    if (this.#replay > 0 && kept === undefined) replayed[sequence % this.#replay] = output.slice();
    return this.#cpu;
  }

  #compute(sequence: number, input: Samples | null, output: Samples, pace: Pace): void {
    const { source, transforms, between } = this.#current!;
    let from = input;
    let next = 0;
    let stage = 0;
    if (source !== null) {
      const to = transforms.length === 0 ? output : between[next++]!;
      source.produce(sequence, to);
      this.#cpu[stage] = pace.settleStage(stage++);
      from = to;
    }
    for (const transform of transforms) {
      const to = next < between.length ? between[next++]! : output;
      transform.run(from!, to);
      this.#cpu[stage] = pace.settleStage(stage++);
      from = to;
    }
  }
}

function allocate(shape: FrameShape): Samples {
  return shape.element === "float32" ? new Float32Array(samplesOf(shape)) : new Uint8Array(samplesOf(shape));
}
