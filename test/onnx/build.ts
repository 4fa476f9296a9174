import { type AttributeProto, encodeModel, type NodeProto, type TensorProto } from "../../kernels/onnx/proto.ts";
import { FLOAT, INT64 } from "../../kernels/onnx/tensor.ts";

/** An attribute's value: a number that is whole is an int64, `{ float }` a float32. */
type Value = number | string | readonly number[] | { readonly float: number };

const ATTRIBUTE = { FLOAT: 1, INT: 2, STRING: 3, INTS: 7 } as const;

/** An operator of a graph; it has the name of its first output. */
export function node(
  opType: string,
  input: readonly string[],
  output: string | readonly string[],
  attributes: Readonly<Record<string, Value>> = {},
  domain = "",
): NodeProto {
  const outputs = typeof output === "string" ? [output] : output;
  const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
  return { opType, input, output: outputs, name: outputs[0]!, attribute, ...(domain === "" ? {} : { domain }) };
}

function attributeOf(name: string, value: Value): AttributeProto {
  if (typeof value === "number") return { name, type: ATTRIBUTE.INT, i: value };
  if (typeof value === "string") return { name, type: ATTRIBUTE.STRING, s: new TextEncoder().encode(value) };
  if ("float" in value) return { name, type: ATTRIBUTE.FLOAT, f: value.float };
  return { name, type: ATTRIBUTE.INTS, ints: value };
}

/** A weight: float32 numbers. */
export function weight(name: string, dims: readonly number[], values: Float32Array): TensorProto {
  // As the file has them, whatever this machine's order of bytes is.
  const rawData = new Uint8Array(4 * values.length);
  const view = new DataView(rawData.buffer);
  for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true);
  return { name, dims, dataType: FLOAT, rawData };
}

/** Sizes, axes, a shape: int64 numbers. */
export function integers(name: string, values: readonly number[]): TensorProto {
  return { name, dims: [values.length], dataType: INT64, int64Data: values };
}

/** A tensor's sizes by axis, names where they are left open; `null`: nothing is said of it. */
export interface TensorInfo {
  readonly name: string;
  readonly dims: readonly (number | string)[] | null;
  readonly type?: number;
}

/** The file of a model. */
export function model(graph: {
  readonly nodes: readonly NodeProto[];
  readonly constants?: readonly TensorProto[];
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly declared?: readonly TensorInfo[];
  readonly opset?: number;
}): Uint8Array {
  const { nodes, constants = [], inputs, outputs, declared = [], opset = 13 } = graph;
  const info = ({ name, dims, type = FLOAT }: TensorInfo) => ({
    name,
    type: {
      tensorType: {
        elemType: type,
        ...(dims !== null && {
          shape: { dim: dims.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size })) },
        }),
      },
    },
  });
  return encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: "", version: opset }],
    graph: {
      node: nodes,
      name: "graph",
      initializer: constants,
      input: inputs.map(info),
      output: outputs.map(info),
      valueInfo: declared.map(info),
    },
  });
}
