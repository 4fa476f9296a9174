import protobuf from "protobufjs";

/** A model can't be read: says why, in a phrase that goes on from its name. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
}

/** An int64 as protobufjs decodes it. */
export type Int64 = number | { toNumber(): number };

export const toNumber = (value: Int64): number => (typeof value === "number" ? value : value.toNumber());

// The messages of onnx.proto3 (github.com/onnx/onnx) as far as they are read here. What is not listed is kept as it came
// (protobufjs' unknown fields) and written again, so that a part of a model loses nothing.

export interface TensorProto {
  readonly name: string;
  readonly dims: readonly Int64[];
  readonly dataType: number;
  readonly floatData?: readonly number[];
  readonly int32Data?: readonly number[];
  readonly int64Data?: readonly Int64[];
  readonly rawData?: Uint8Array;
  /** 1: in another file. */
  readonly dataLocation?: number;
}

export interface AttributeProto {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: Int64;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly ints?: readonly Int64[];
  readonly floats?: readonly number[];
  readonly graphs?: readonly GraphProto[];
}

export interface NodeProto {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly opType: string;
  readonly domain?: string;
  readonly attribute: readonly AttributeProto[];
}

export interface DimensionProto {
  readonly dimValue?: Int64;
  readonly dimParam?: string;
}

export interface ValueInfoProto {
  readonly name: string;
  readonly type?: { readonly tensorType?: { readonly elemType: number; readonly shape?: { dim: DimensionProto[] } } };
}

export interface GraphProto {
  readonly node: readonly NodeProto[];
  readonly name: string;
  readonly initializer: readonly TensorProto[];
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
  readonly valueInfo: readonly ValueInfoProto[];
}

export interface ModelProto {
  readonly irVersion: Int64;
  readonly opsetImport: readonly { readonly domain?: string; readonly version: Int64 }[];
  readonly graph: GraphProto;
}

type Field = readonly [type: string, id: number, repeated?: "repeated"];
const message = (fields: Readonly<Record<string, Field>>, oneofs?: Record<string, { oneof: string[] }>) => ({
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, [type, id, rule]]) => [
      name,
      rule === undefined ? { type, id } : { type, id, rule },
    ]),
  ),
  ...(oneofs === undefined ? {} : { oneofs }),
});

const root = protobuf.Root.fromJSON({
  edition: "proto3",
  nested: {
    Model: message({ irVersion: ["int64", 1], graph: ["Graph", 7], opsetImport: ["OperatorSet", 8, "repeated"] }),
    OperatorSet: message({ domain: ["string", 1], version: ["int64", 2] }),
    Graph: message({
      node: ["Node", 1, "repeated"],
      name: ["string", 2],
      initializer: ["Tensor", 5, "repeated"],
      input: ["ValueInfo", 11, "repeated"],
      output: ["ValueInfo", 12, "repeated"],
      valueInfo: ["ValueInfo", 13, "repeated"],
    }),
    Node: message({
      input: ["string", 1, "repeated"],
      output: ["string", 2, "repeated"],
      name: ["string", 3],
      opType: ["string", 4],
      attribute: ["Attribute", 5, "repeated"],
      domain: ["string", 7],
    }),
    Attribute: message({
      name: ["string", 1],
      f: ["float", 2],
      i: ["int64", 3],
      s: ["bytes", 4],
      t: ["Tensor", 5],
      g: ["Graph", 6],
      floats: ["float", 7, "repeated"],
      ints: ["int64", 8, "repeated"],
      graphs: ["Graph", 11, "repeated"],
      type: ["int32", 20],
    }),
    Tensor: message({
      dims: ["int64", 1, "repeated"],
      dataType: ["int32", 2],
      floatData: ["float", 4, "repeated"],
      int32Data: ["int32", 5, "repeated"],
      int64Data: ["int64", 7, "repeated"],
      name: ["string", 8],
      rawData: ["bytes", 9],
      dataLocation: ["int32", 14],
    }),
    ValueInfo: message({ name: ["string", 1], type: ["Type", 2] }),
    Type: message({ tensorType: ["TensorType", 1] }),
    TensorType: message({ elemType: ["int32", 1], shape: ["Shape", 2] }),
    Shape: message({ dim: ["Dimension", 1, "repeated"] }),
    Dimension: message(
      { dimValue: ["int64", 1], dimParam: ["string", 2] },
      { value: { oneof: ["dimValue", "dimParam"] } },
    ),
  },
} as protobuf.INamespace);
const Model = root.lookupType("Model");

/** @throws OnnxError if the bytes are no ONNX model. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  let model: Partial<ModelProto>;
  try {
    const reader = protobuf.Reader.create(bytes);
    reader.discardUnknown = false;
    model = Model.decode(reader) as Partial<ModelProto>;
  } catch {
    throw new OnnxError("is no ONNX model");
  }
  const { graph, opsetImport = [] } = model;
  if (!graph || graph.node.length === 0 || opsetImport.length === 0) throw new OnnxError("is no ONNX model");
  return model as ModelProto;
}

export function encodeModel(model: ModelProto): Uint8Array {
  return Model.encode(model as unknown as Record<string, unknown>).finish();
}

/** A model with another graph in place of some of its own; fields that are not read here stay. */
export function withGraph(model: ModelProto, changes: Partial<GraphProto>): ModelProto {
  return changed(model, { graph: changed(model.graph, changes) });
}

function changed<T extends object>(message: T, changes: Partial<T>): T {
  const { $unknowns } = message as { readonly $unknowns?: readonly Uint8Array[] };
  return { ...message, ...changes, ...($unknowns === undefined ? {} : { $unknowns }) };
}
