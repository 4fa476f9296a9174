import { z } from "zod";
import type { FrameShape } from "../../sim/frame.ts";
import type { Samples, TransformKernel } from "../kernel.ts";
import type { OnnxFile } from "./file.ts";
import type { NamedTensor } from "./part.ts";

const schema = z.strictObject({
  model: z.string().min(1).meta({ description: "ONNX file, relative to the topology file" }),
  from: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "tensor that the stage is given; left out: the model's input" }),
  to: z.string().min(1).optional().meta({ description: "tensor that the stage gives; left out: the model's output" }),
});

export type OnnxParams = z.infer<typeof schema>;

/** Models by their names in the topology, or why one can't be used: a phrase that says what is allowed. */
export type OnnxFiles = ReadonlyMap<string, OnnxFile | string>;

/** What computes a model: `onnxruntime-node`, which `live/` loads. */
export interface OnnxRuntime {
  /** And version. */
  readonly name: string;
  /** @throws Error if it can't take the model. */
  open(model: Uint8Array, input: NamedTensor, output: NamedTensor): OnnxSession;
}

export interface OnnxSession {
  /** One frame; samples of bytes that meet a tensor of float32 are 0..255. */
  run(from: Samples, to: Samples): void;
  release(): void;
}

/**
 * Part of a network, between two of its tensors: what of it lies there is cut out and computed as it is.
 * @param files that stages name; they are checked against them. @param runtime `null`: frames can't be computed here.
 */
export function onnxKernel(files: OnnxFiles, runtime: OnnxRuntime | null): TransformKernel<OnnxParams> {
  const fileOf = ({ model }: OnnxParams): OnnxFile => {
    const file = files.get(model);
    if (file === undefined || typeof file === "string") throw new RangeError(`model ${model} has not been read`);
    return file;
  };
  const sized = (given: OnnxParams, input: FrameShape) => fileOf(given).part(given.from, given.to).sizedFor(input);
  return {
    name: "onnx",
    role: "transform",
    params: schema.superRefine((given, context) => {
      const file = files.get(given.model);
      if (file === undefined) return;
      const problem =
        typeof file === "string" ? { at: "model" as const, allowed: file } : file.problem(given.from, given.to);
      if (problem === null) return;
      context.addIssue({ code: "custom", path: [problem.at], message: problem.allowed, input: given[problem.at] });
    }),
    outputShape: (given, input) => sized(given, input).frame,
    /** By the formulas of its operators; reads the frame and the parameters, writes the output. */
    cost(given, input) {
      const { operations, bytes } = sized(given, input);
      return { operations, bytes };
    },
    contentDigest: (given) => fileOf(given).digest,
    implementations: {
      reference: {
        prepare(given, input) {
          const part = fileOf(given).part(given.from, given.to);
          const size = part.sizedFor(input);
          if (runtime === null) throw new RangeError("there is nothing here that computes ONNX models");
          const { run, release } = runtime.open(part.extract(size), size.input, size.output);
          return { output: size.frame, build: runtime.name, run, release };
        },
      },
    },
  };
}
