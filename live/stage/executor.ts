import { resolve } from "node:path";
import { findKernel } from "../../kernels/catalogue.ts";
import type { Samples } from "../../kernels/kernel.ts";
import { type PipelineStage, type PreparedPipeline, preparePipeline } from "../../kernels/pipeline.ts";
import { describeShape, type FrameShape } from "../../sim/frame.ts";
import type { PodConfig } from "./config.ts";
import { kernelsFor } from "./models.ts";
import type { Run } from "./wire.ts";

/** A pod's stages, ready for frames of one shape. */
interface PreparedStages {
  readonly pipeline: PreparedPipeline;
  /** Outputs that are sent again instead of computed anew. */
  readonly replayed: Samples[];
}

/** Runs the kernels of a pod's stages on a frame, fused where they can be; what that needs is made once per shape. */
export class Executor {
  readonly #stages: readonly PipelineStage[];
  readonly #replay: number;
  readonly #log: (line: string) => void;
  readonly #prepared = new Map<string, PreparedStages>();
  #current: PreparedStages | null = null;

  private constructor(stages: readonly PipelineStage[], replay: number, log: (line: string) => void) {
    this.#stages = stages;
    this.#replay = replay;
    this.#log = log;
  }

  /**
   * Checks the parameters of all stages and loads what they need. @throws Error naming the stage.
   * @param log is told what runs at each stage, for each shape of frames once.
   */
  static async load(config: PodConfig, log: (line: string) => void): Promise<Executor> {
    const stages: PipelineStage[] = [];
    const onnx = config.stages.some(({ kernel }) => kernel === "onnx");
    const runtime = onnx ? (await import("./onnx-runtime.ts")).loadOnnxRuntime() : null;
    const named = config.stages.map(({ kernel, params }) => ({ kernel, model: params.model }));
    const kernels = await kernelsFor(named, config.baseDirectory, runtime);
    for (const { name, kernel: kernelName, params: given, implementation } of config.stages) {
      const kernel = findKernel(kernelName, kernels);
      const result = kernel.params.safeParse(given);
      if (!result.success) {
        const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
        throw new Error(`pod ${config.name}: stage ${name}: ${problems}`);
      }
      const stage = { name, kernel, params: result.data, implementation };
      if (kernel.name === "images") {
        const { loadImages } = await import("./images.ts");
        const folder = resolve(config.baseDirectory, (result.data as { folder: string }).folder);
        stages.push({ ...stage, pictures: await loadImages(folder) });
      } else stages.push(stage);
    }
    return new Executor(stages, config.replay, log);
  }

  /**
   * Gets ready for frames of a shape (`null`: the first stage is the source, the run gives its size).
   * @returns the shape of the last stage's output. @throws RangeError if a kernel can't take its input.
   */
  prepare(input: FrameShape | null, run: Run): FrameShape {
    const key = input === null ? `${run.height}x${run.width}` : describeShape(input);
    let prepared = this.#prepared.get(key);
    if (prepared === undefined) {
      prepared = {
        pipeline: preparePipeline(this.#stages, input ?? { height: run.height, width: run.width }),
        replayed: [],
      };
      this.#prepared.set(key, prepared);
      this.#log(`${key}: ${describe(prepared.pipeline)}`);
    }
    this.#current = prepared;
    return prepared.pipeline.output;
  }

  /** Computes one frame. @param input `null` at the source. */
  run(sequence: number, input: Samples | null, output: Samples): void {
    const { pipeline, replayed } = this.#current!;
    const kept = replayed[sequence % this.#replay];
    if (kept !== undefined) {
      output.set(kept);
      return;
    }
    pipeline.run(sequence, input, output);
    if (this.#replay > 0) replayed[sequence % this.#replay] = output.slice();
  }
}

/** `source (reference) | conv (simd, simd128) + relu (simd, simd128)`: what runs at each stage, joined by + where in one pass. */
function describe({ stages, passes }: PreparedPipeline): string {
  const texts = new Map(
    stages.map(({ name, implementation, build }) => [
      name,
      `${name} (${build === null ? implementation : `${implementation}, ${build}`})`,
    ]),
  );
  return passes.map((pass) => pass.map((name) => texts.get(name)).join(" + ")).join(" | ");
}
