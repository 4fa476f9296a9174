import { Command, Option } from "commander";
import { size } from "./flags.ts";
import { InputError } from "./folder.ts";
import { print } from "./say.ts";

interface LayersOptions {
  readonly size?: string;
  readonly from?: string;
  readonly to?: string;
  readonly output: "table" | "json" | "yaml";
}

export function layersVerb(): Command {
  return new Command("layers")
    .description("list where an ONNX model can be cut into stages, and what lies between")
    .argument("<model>", "ONNX file")
    .option("--size <size>", "of the frames, for a model that takes any: 224 or 1280x720", size)
    .option("--from <tensor>", "begin there (default: the model's input)")
    .option("--to <tensor>", "end there (default: the model's output)")
    .addOption(
      new Option("--output <format>", "what goes to stdout; yaml: stages for a topology")
        .choices(["table", "json", "yaml"])
        .default("table"),
    )
    .action(async (file: string, { size, from, to, output }: LayersOptions) => {
      const { openModel } = await import("../stage/models.ts");
      const { Part } = await import("../../kernels/onnx/part.ts");
      const { inputFrame } = await import("../../kernels/onnx/frames.ts");
      const { layersOf } = await import("../../kernels/onnx/cuts.ts");
      const { layersTable } = await import("../../kernels/onnx/layers-table.ts");
      const { layersYaml } = await import("../../kernels/onnx/layers-yaml.ts");
      const { parseSize } = await import("../../sim/topology/size.ts");
      const model = await openModel(file);
      if (typeof model === "string") throw new InputError(`${file}: ${model}`);
      try {
        const part = new Part(model.model, from, to);
        const frame = inputFrame(part.from, part.input, size === undefined ? null : parseSize(size));
        const layers = layersOf(part, frame);
        if (output === "yaml") process.stdout.write(`${layersYaml(file, layers.layers)}\n`);
        else print(output, layers, () => layersTable(layers));
      } catch (error) {
        throw asInputError(file, error, { from, to });
      }
    });
}

/** What the model or a flag is to blame for, in the words of the command line. */
function asInputError(
  file: string,
  error: unknown,
  flags: { from: string | undefined; to: string | undefined },
): unknown {
  if (error instanceof RangeError) return new InputError(`${file}: ${error.message}`);
  if (!(error instanceof Error) || error.name !== "CutError") return error;
  const { at, message } = error as Error & { at: "model" | "from" | "to" };
  if (at === "model") return new InputError(`${file}: needed is ${message}`);
  const given = flags[at];
  const what = given === undefined ? "is missing" : `${JSON.stringify(given)} is not allowed`;
  return new InputError(`${file}: --${at}: ${what}: ${message}`);
}
