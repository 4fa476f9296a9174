import { type Layer, worthwhile } from "./cuts.ts";

/** Plain YAML scalars that need no quotes; anything else is written as JSON, which YAML takes. */
const PLAIN = /^[A-Za-z_./][\w./-]*$/;
const scalar = (text: string): string => (PLAIN.test(text) ? text : JSON.stringify(text));
const LONGEST_NAME = 40;

/**
 * Stages of a topology, ready to be pasted: a source that the model takes and a stage between each two cuts that are worth it.
 * @param model its file, as the topology shall name it.
 */
export function layersYaml(model: string, layers: readonly Layer[]): string {
  const cuts = worthwhile(layers);
  const { channels, element } = cuts[0]!.shape;
  const names = new Set(["source"]);
  const stages = cuts.slice(1).map(({ tensor }, index) => {
    const fields = [
      `name: ${uniqueName(tensor, names)}`,
      "kernel: onnx",
      `model: ${scalar(model)}`,
      `from: ${scalar(cuts[index]!.tensor)}`,
      `to: ${scalar(tensor)}`,
    ];
    return `  - { ${fields.join(", ")} }`;
  });
  return [
    "# A stage up to each tensor that is worth a cut: cuts that another, hardly later one betters are left out.",
    "stages:",
    `  - { name: source, kernel: synthetic, channels: ${channels}, element: ${element} }`,
    ...stages,
  ].join("\n");
}

/** A stage's name made of the tensor that it gives: `/layer1/Relu_output_0` becomes `layer1-relu`. */
function uniqueName(tensor: string, names: Set<string>): string {
  const letters = tensor
    .toLowerCase()
    .replace(/_output_\d+$/, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "");
  const base = (letters || "part").slice(-LONGEST_NAME + 4).replace(/^[^a-z]+/, "") || "part";
  let name = base;
  for (let n = 2; names.has(name); n++) name = `${base}-${n}`;
  names.add(name);
  return name;
}
