import type { FrameShape } from "../frame.ts";
import type { FrameSize, KernelCatalogue } from "./catalogue.ts";
import type { Stage } from "./topology.ts";

/** What goes into a stage and what comes out; for the source `input` only carries the workload's height and width. */
export interface StageShapes {
  readonly input: FrameShape;
  readonly output: FrameShape;
}

/** Where the pipeline breaks: index of the stage, and the kernel's sentence on why. */
export interface ShapeProblem {
  readonly stage: number;
  readonly problem: string;
}

/**
 * Shapes of every stage's input and output at a size of the workload, or the first stage that can't take its input.
 * Every kernel must be in the catalogue.
 */
export function shapesOf(
  stages: readonly Pick<Stage, "kernel" | "params">[],
  catalogue: KernelCatalogue,
  { height, width }: FrameSize,
): StageShapes[] | ShapeProblem {
  let input: FrameShape = { height, width, channels: 1, element: "uint8" };
  const shapes: StageShapes[] = [];
  for (const [index, { kernel, params }] of stages.entries()) {
    try {
      const output = catalogue.get(kernel)!.outputShape(params, input);
      shapes.push({ input, output });
      input = output;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { stage: index, problem: error.message };
    }
  }
  return shapes;
}
