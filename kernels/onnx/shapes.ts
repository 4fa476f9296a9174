import { describe, type Model, type Operator } from "./model.ts";
import type { Call, KnownTensor, Rule } from "./operators/rule.ts";
import { RULES } from "./operators/rules.ts";
import { type Dims, declared, elementsOf, known, type Tensor, tensorOf } from "./tensor.ts";

/** What is known of tensors, by name. */
export type Tensors = ReadonlyMap<string, Tensor>;

const NOTHING: Tensor = { type: 0, dims: null };

/**
 * Shapes of all that operators give: by their rules, or, where there is none, as the model declares them.
 * @param given of the tensors that they are given; constants are known.
 * @param symbols what names of sizes stand for in the model's declarations.
 * @throws RangeError if an operator can't take what it gets.
 */
export function inferShapes(
  model: Model,
  operators: readonly Operator[],
  given: Tensors,
  symbols?: ReadonlyMap<string, number>,
): Tensors {
  const declarations = new Map(
    [...model.proto.graph.valueInfo, ...model.proto.graph.output].map((info) => [info.name, info]),
  );
  const found = new Map(given);
  const lookUp = (name: string): Tensor => {
    const constant = model.constants.get(name);
    const tensor = found.get(name) ?? (constant === undefined ? NOTHING : tensorOf(constant));
    found.set(name, tensor);
    return tensor;
  };
  for (const operator of operators) {
    const inputs = operator.inputs.map((name) => (name === "" ? undefined : lookUp(name)));
    const outputs = outputsOf(model, operator, inputs);
    for (const [index, name] of operator.outputs.entries()) {
      if (name === "" || model.constants.has(name)) continue;
      const info = declarations.get(name);
      const tensor = merged(outputs(index), info === undefined ? null : declared(info, symbols));
      found.set(name, tensor.dims === null ? { ...tensor, why: tensor.why ?? whyUnknown(operator, name) } : tensor);
    }
  }
  return found;
}

/** What an operator's rule says of its outputs. */
function outputsOf(
  model: Model,
  operator: Operator,
  inputs: readonly (Tensor | undefined)[],
): (index: number) => Tensor {
  const rule = ruleOf(operator);
  const open = inputs.find((tensor) => tensor?.dims === null);
  if (rule === undefined) return () => NOTHING;
  if (open !== undefined) return () => ({ ...NOTHING, ...(open.why === undefined ? {} : { why: open.why }) });
  const call: Call = { operator, inputs: inputs as readonly (KnownTensor | undefined)[], opset: model.opset };
  try {
    const shapes = rule.shapes(call);
    const type = rule.type?.(call) ?? inputs[0]?.type ?? 0;
    const values = rule.values?.(call);
    return (index) => ({ type, dims: shapes[Math.min(index, shapes.length - 1)]!, ...(index === 0 && { values }) });
  } catch (error) {
    throw error instanceof RangeError ? new RangeError(`${describe(operator)} ${error.message}`) : error;
  }
}

/** What a model declares fills in what a rule leaves open. */
function merged(inferred: Tensor, declaration: Tensor | null): Tensor {
  if (declaration === null) return inferred;
  if (inferred.dims === null) return declaration.dims === null ? inferred : declaration;
  const { dims } = declaration;
  return {
    ...inferred,
    type: declaration.type,
    dims: inferred.dims.map((size, axis) => (known(size) ? size : (dims?.[axis] ?? Number.NaN))),
  };
}

function whyUnknown(operator: Operator, name: string): string {
  return `the shape of ${name} is not known: ${describe(operator)} is an operator that edgetwin has no rule for, and the model does not declare what it gives (onnx.shape_inference does)`;
}

/** Operators of other domains than the standard's have its names, too. */
export function ruleOf({ type, proto: { domain = "" } }: Operator): Rule | undefined {
  return domain === "" || domain === "ai.onnx" ? RULES.get(type) : undefined;
}

/**
 * Arithmetic operations of an operator; one without a rule counts as one for each number that it gives, one whose sizes are not
 * known as none.
 */
export function operationsOf(model: Model, operator: Operator, tensors: Tensors): number {
  const output: Dims = tensors.get(operator.outputs[0]!)?.dims ?? [Number.NaN];
  const rule = ruleOf(operator);
  const inputs = operator.inputs.map((name) => (name === "" ? undefined : tensors.get(name)));
  // Where an input's shape is not known, the model declared the output's.
  const open = rule === undefined || inputs.some((tensor) => tensor?.dims === null);
  const call = { operator, inputs: inputs as readonly (KnownTensor | undefined)[], opset: model.opset };
  const count = open ? elementsOf(output) : (rule.operations?.(call, output) ?? 0);
  return known(count) ? count : 0;
}
