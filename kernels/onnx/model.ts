import { closest } from "../../sim/topology/closest.ts";
import {
  type AttributeProto,
  decodeModel,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  OnnxError,
  type TensorProto,
  toNumber,
} from "./proto.ts";

/** One operator of a model's graph. */
export interface Operator {
  readonly type: string;
  /** Its node's name, or the tensor that it gives. */
  readonly name: string;
  /** Tensors that it reads, in the operator's order; "" where an optional one is left out. */
  readonly inputs: readonly string[];
  /** Those that graphs within it read from this one. */
  readonly captured: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeProto>;
  readonly proto: NodeProto;
}

/** A model, as read. Everything else is made of it. */
export interface Model {
  readonly proto: ModelProto;
  /** Version of the standard operators. */
  readonly opset: number;
  /** Each after those whose tensors it reads. */
  readonly operators: readonly Operator[];
  readonly constants: ReadonlyMap<string, TensorProto>;
  /** Tensors that the model is given, without those that have a value of their own. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What gives a tensor. */
  readonly givers: ReadonlyMap<string, Operator>;
}

/** Reads a model. @throws OnnxError if it is none, keeps its weights elsewhere, or reads a tensor that nothing gives. */
export function readModel(bytes: Uint8Array): Model {
  const proto = decodeModel(bytes);
  const { graph, opsetImport } = proto;
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  if ([...constants.values()].some(({ dataLocation }) => dataLocation === 1)) {
    throw new OnnxError("keeps its weights in other files (external data): save it as one file");
  }
  const operators = graph.node.map(operatorOf);
  const inputs = graph.input.map(({ name }) => name).filter((name) => !constants.has(name));
  const givers = new Map<string, Operator>();
  const there = new Set([...inputs, ...constants.keys(), ""]);
  for (const operator of operators) {
    const missing = [...operator.inputs, ...operator.captured].find((name) => !there.has(name));
    if (missing !== undefined) {
      throw new OnnxError(
        `is no sound ONNX model: ${describe(operator)} reads ${missing}, which nothing before it gives`,
      );
    }
    for (const output of operator.outputs) {
      there.add(output);
      givers.set(output, operator);
    }
    const constant = operator.type === "Constant" ? operator.attributes.get("value")?.t : undefined;
    if (constant) constants.set(operator.outputs[0]!, constant);
  }
  const standard = opsetImport.find(({ domain = "" }) => domain === "" || domain === "ai.onnx");
  const outputs = graph.output.map(({ name }) => name);
  return { proto, opset: standard ? toNumber(standard.version) : 1, operators, constants, inputs, outputs, givers };
}

function operatorOf(proto: NodeProto): Operator {
  const { opType, name, input, output, attribute } = proto;
  const attributes = new Map(attribute.map((one) => [one.name, one]));
  const graphs = attribute.flatMap(({ g, graphs = [] }) => (g ? [g, ...graphs] : graphs));
  const captured = graphs.flatMap((graph) => [...readFromOutside(graph)]);
  return { type: opType, name: name || (output[0] ?? ""), inputs: input, captured, outputs: output, attributes, proto };
}

/** Tensors that a graph within an operator (the body of a loop) reads and does not give itself. */
function readFromOutside({ node, input, initializer, output }: GraphProto): Set<string> {
  const own = new Set([...input, ...initializer].map(({ name }) => name).concat(""));
  const found = new Set<string>();
  for (const proto of node) {
    const { inputs, captured, outputs } = operatorOf(proto);
    for (const name of [...inputs, ...captured]) if (!own.has(name)) found.add(name);
    for (const name of outputs) own.add(name);
  }
  for (const { name } of output) if (!own.has(name)) found.add(name);
  return found;
}

/** `Conv conv1`: the operator and its node's name, for messages. */
export function describe({ type, name }: Operator): string {
  return `${type} ${name}`;
}

/** Tensors that an operator gives or that the model is given: what can be named to cut it at. */
export function tensorNames({ inputs, givers }: Model): string[] {
  return [...inputs, ...givers.keys()];
}

/** What is wrong with a tensor's name, and what may be meant; `null` if it is one of the model's. */
export function wrongTensor(model: Model, name: string): string | null {
  const names = tensorNames(model);
  if (names.includes(name)) return null;
  const likely = closest(name, names);
  return likely === null
    ? "a tensor of the model; edgetwin layers lists where it can be cut"
    : `did you mean ${JSON.stringify(likely)}?`;
}
