import { bytesOf, describeShape, type FrameShape } from "../../sim/frame.ts";
import { bind, frameOf, notAFrame } from "./frames.ts";
import { type Model, type Operator, wrongTensor } from "./model.ts";
import { encodeModel, type ValueInfoProto, withGraph } from "./proto.ts";
import { inferShapes, operationsOf, type Tensors } from "./shapes.ts";
import { constantBytes, type Dims, declared, type Tensor } from "./tensor.ts";

/** A model can't be cut there: which of a stage's parameters is to blame, and what would be right. */
export class CutError extends Error {
  override readonly name = "CutError";
  readonly at: "model" | "from" | "to";

  constructor(at: "model" | "from" | "to", allowed: string) {
    super(allowed);
    this.at = at;
  }
}

/** A tensor as a session takes it or gives it. */
export interface NamedTensor {
  readonly name: string;
  readonly type: number;
  readonly dims: Dims;
}

/** A part, for frames of one shape. */
export interface SizedPart {
  readonly input: NamedTensor;
  readonly output: NamedTensor;
  /** The output as a frame. */
  readonly frame: FrameShape;
  /** A multiply-add counts as 2. */
  readonly operations: number;
  /** Frames in and out, and parameters. */
  readonly bytes: number;
}

/** What of a model lies between two tensors, as `onnx.utils.extract_model` cuts it. */
export class Part {
  readonly model: Model;
  readonly from: string;
  readonly to: string;
  /** In their order. */
  readonly operators: readonly Operator[];
  /** Tensors that depend on `from`, that included. */
  readonly following: ReadonlySet<string>;
  /** Names of the weights and other constants. */
  readonly constants: readonly string[];
  readonly #sized = new Map<string, SizedPart>();

  /** @throws CutError if that can't be: the part depends on something else than `from`, or that is no frame. */
  constructor(model: Model, from?: string, to?: string) {
    this.model = model;
    this.from = from ?? only(model.inputs, "from", "inputs");
    this.to = to ?? only(model.outputs, "to", "outputs");
    for (const [at, name] of [
      ["from", from],
      ["to", to],
    ] as const) {
      const wrong = name === undefined ? null : wrongTensor(model, name);
      if (wrong !== null) throw new CutError(at, wrong);
    }
    const needed = neededOf(model, this.from, this.to);
    this.operators = model.operators.filter((operator) => needed.has(operator));
    this.following = followingOf(this.operators, this.from);
    if (this.from === this.to || !this.following.has(this.to))
      throw new CutError("to", `a tensor that follows from ${quoted(this.from)}`);
    const others = this.#others();
    if (others.length > 0) {
      const names = others.slice(0, 3).map(quoted).join(", ");
      throw new CutError("from", `a tensor that all of ${quoted(this.to)} follows from; it also depends on ${names}`);
    }
    const read = new Set(this.operators.flatMap(({ inputs, captured }) => [...inputs, ...captured]));
    this.constants = [...model.constants.keys()].filter((name) => read.has(name));
    this.#checkFrame("from", this.from);
  }

  /** What the model alone says of `from`. */
  get input(): Tensor {
    return tensorsOf(this.model).get(this.from)!;
  }

  /** What is needed of a part that gives its output to another: that it is a frame. @throws CutError if it is none. */
  checkOutput(): void {
    this.#checkFrame("to", this.to);
  }

  /** @throws RangeError with a sentence for the user if the part can't take such frames. */
  sizedFor(frame: FrameShape): SizedPart {
    const key = describeShape(frame);
    const sized = this.#sized.get(key) ?? this.#size(frame);
    this.#sized.set(key, sized);
    return sized;
  }

  /** Bytes of some of its constants. */
  parameterBytes(names: readonly string[]): number {
    return names.reduce((sum, name) => sum + constantBytes(this.model.constants.get(name)!), 0);
  }

  /** The part as a model of its own, for frames of one shape. */
  extract({ input, output }: SizedPart): Uint8Array {
    const { proto } = this.model;
    const constants = new Set(this.constants);
    const part = withGraph(proto, {
      node: this.operators.map((operator) => operator.proto),
      initializer: proto.graph.initializer.filter(({ name }) => constants.has(name)),
      input: [valueInfo(input)],
      output: [valueInfo(output)],
      valueInfo: [],
    });
    return encodeModel(part);
  }

  /** What is known of its tensors with such frames. @throws RangeError as `sizedFor` does. */
  tensorsFor(frame: FrameShape): Tensors {
    const { model, from, operators } = this;
    const dims = bind(from, this.input, frame);
    return inferShapes(model, operators, new Map([[from, { ...this.input, dims }]]), symbolsOf(model, from, dims));
  }

  #size(frame: FrameShape): SizedPart {
    const tensors = this.tensorsFor(frame);
    const shape = frameOf(this.to, tensors.get(this.to)!);
    const named = (name: string): NamedTensor => ({
      name,
      type: tensors.get(name)!.type,
      dims: tensors.get(name)!.dims!,
    });
    return {
      input: named(this.from),
      output: named(this.to),
      frame: shape,
      operations: this.operators.reduce((sum, operator) => sum + this.operationsOf(operator, tensors), 0),
      bytes: bytesOf(frame) + bytesOf(shape) + this.parameterBytes(this.constants),
    };
  }

  /** Operations of one operator a frame: what follows from constants alone is computed once. */
  operationsOf(operator: Operator, tensors: Tensors): number {
    return operator.outputs.some((name) => this.following.has(name)) ? operationsOf(this.model, operator, tensors) : 0;
  }

  /** Tensors besides `from` that the part would have to be given. */
  #others(): string[] {
    const varying = varyingOf(this.model);
    const beside = this.operators
      .filter(({ outputs }) => outputs.some((name) => this.following.has(name)))
      .flatMap(({ inputs, captured }) => [...inputs, ...captured])
      .filter((name) => varying.has(name) && !this.following.has(name));
    return [...new Set(beside)];
  }

  #checkFrame(at: "from" | "to", name: string): void {
    const wrong = notAFrame(name, tensorsOf(this.model).get(name)!);
    if (wrong !== null) throw new CutError(at, wrong);
  }
}

const quoted = (name: string): string => JSON.stringify(name);

function only(names: readonly string[], at: "from" | "to", what: string): string {
  if (names.length === 1) return names[0]!;
  throw new CutError(
    at,
    names.length === 0 ? `the model has no ${what}` : `one of the model's ${what}: ${names.join(", ")}`,
  );
}

/** Operators that a tensor is computed by, back to `from`. */
function neededOf({ givers }: Model, from: string, to: string): Set<Operator> {
  const needed = new Set<Operator>();
  const open = [to];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const giver = name === from ? undefined : givers.get(name);
    if (giver === undefined || needed.has(giver)) continue;
    needed.add(giver);
    open.push(...giver.inputs, ...giver.captured);
  }
  return needed;
}

/** Tensors that depend on one, that included. */
function followingOf(operators: readonly Operator[], ...from: readonly string[]): Set<string> {
  const following = new Set(from);
  for (const { inputs, captured, outputs } of operators) {
    if ([...inputs, ...captured].some((name) => following.has(name))) for (const name of outputs) following.add(name);
  }
  return following;
}

const varying = new WeakMap<Model, Set<string>>();
/** Tensors that depend on what the model is given: the others are constants. */
function varyingOf(model: Model): Set<string> {
  const found = varying.get(model) ?? followingOf(model.operators, ...model.inputs);
  varying.set(model, found);
  return found;
}

const whole = new WeakMap<Model, Tensors>();
/** What the model alone says of its tensors, whatever frames it gets. @throws CutError if its operators don't fit together. */
function tensorsOf(model: Model): Tensors {
  const kept = whole.get(model);
  if (kept !== undefined) return kept;
  const given = new Map(model.inputs.map((name) => [name, declaredInput(model, name)]));
  try {
    const tensors = inferShapes(model, model.operators, given);
    whole.set(model, tensors);
    return tensors;
  } catch (error) {
    throw error instanceof RangeError
      ? new CutError("model", `a model whose operators fit together: ${error.message}`)
      : error;
  }
}

function declaredInput(model: Model, name: string): Tensor {
  const tensor = declared(model.proto.graph.input.find((info) => info.name === name)!);
  const why = `the model does not declare the shape of its input ${name}`;
  return tensor === null || tensor.dims === null ? { type: 0, ...tensor, dims: null, why } : tensor;
}

/** What the names of a tensor's sizes stand for once it is bound to a frame. */
function symbolsOf({ proto: { graph } }: Model, name: string, dims: Dims): Map<string, number> {
  const info = [...graph.input, ...graph.valueInfo].find((one) => one.name === name);
  const sizes = info?.type?.tensorType?.shape?.dim ?? [];
  return new Map(sizes.flatMap(({ dimParam }, axis) => (dimParam ? [[dimParam, dims[axis]!] as const] : [])));
}

function valueInfo({ name, type, dims }: NamedTensor): ValueInfoProto {
  return { name, type: { tensorType: { elemType: type, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } } };
}
