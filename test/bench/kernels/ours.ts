import { preparePipeline } from "../../../kernels/pipeline.ts";
import { frameMemory } from "../../../kernels/simd/memory.ts";
import { stagesOf } from "./cases.ts";
import { clocked, type Runner } from "./runner.ts";

/** An implementation of ours, with its frames in the kernels' memory. */
export function ours(name: string, implementation: string): Runner {
  return {
    name,
    prepare({ case: { stages }, input, samples, weights }) {
      const memory = frameMemory();
      const pipeline = preparePipeline(stagesOf(stages(weights, input), implementation), input);
      const from = memory.allocateFrame(input);
      const to = memory.allocateFrame(pipeline.output);
      from.samples.set(samples);
      const run = () => pipeline.run(0, from.samples, to.samples);
      return {
        time: (frames) => clocked(frames, run),
        output() {
          run();
          return to.samples as Float32Array;
        },
        release() {
          pipeline.release();
          memory.free(from);
          memory.free(to);
        },
      };
    },
  };
}

/** A copy of the input by typed arrays: the memory's limit. */
export const copy: Runner = {
  name: "copy",
  prepare({ samples }) {
    const to = new Float32Array(samples.length);
    return { time: (frames) => clocked(frames, () => to.set(samples)), output: () => to };
  },
};
