import type { Operator } from "../model.ts";
import { toNumber } from "../proto.ts";
import { type Dims, elementsOf, type Tensor } from "../tensor.ts";

/** An operator at work: what a rule is asked about. */
export interface Call {
  readonly operator: Operator;
  /** As many axes as they have are known; `undefined` where an optional one is left out. */
  readonly inputs: readonly (KnownTensor | undefined)[];
  readonly opset: number;
}

export type KnownTensor = Tensor & { readonly dims: Dims };

/** What is known of an operator (onnx.ai/onnx/operators): nothing of it depends on the samples. */
export interface Rule {
  /** Shapes of its outputs; the last one counts for all that follow. @throws RangeError if it can't take its inputs. */
  shapes(call: Call): readonly Dims[];
  /** Arithmetic operations (a multiply-add is 2); left out: none, it moves numbers. */
  operations?(call: Call, output: Dims): number;
  /** Element type of its outputs; left out: that of its first input. */
  type?(call: Call): number;
  /** Its output's numbers, where they are integers that follow from what is known of its inputs. */
  values?(call: Call): readonly number[] | undefined;
}

/** The first input of an operator that has one. @throws RangeError if it has none. */
export function first(call: Call, axes = 0): Dims {
  return input(call, 0, axes);
}

/** An input's shape. @param axes that it has at least. @throws RangeError otherwise. */
export function input({ inputs }: Call, index: number, axes = 0): Dims {
  const tensor = inputs[index];
  if (tensor === undefined) throw new RangeError(`lacks its input ${index + 1}`);
  if (tensor.dims.length < axes) throw new RangeError(`needs ${axes} axes at least, it gets ${tensor.dims.length}`);
  return tensor.dims;
}

export function int({ operator }: Call, name: string, otherwise: number): number {
  const attribute = operator.attributes.get(name);
  return attribute?.i === undefined ? otherwise : toNumber(attribute.i);
}

export function ints({ operator }: Call, name: string): number[] | undefined {
  return operator.attributes.get(name)?.ints?.map(toNumber);
}

export function text({ operator }: Call, name: string, otherwise: string): string {
  const bytes = operator.attributes.get(name)?.s;
  return bytes === undefined ? otherwise : new TextDecoder().decode(bytes);
}

/** As `intsAt`, of numbers. */
export function floatsAt({ operator, inputs }: Call, name: string, index: number): readonly number[] | undefined {
  return operator.attributes.get(name)?.floats ?? inputs[index]?.floats;
}

/** Integers that are an attribute in older models and an input in newer ones; `undefined` if neither is there, or known. */
export function intsAt(call: Call, name: string, index: number): readonly number[] | undefined {
  return ints(call, name) ?? call.inputs[index]?.values;
}

/** An axis counted from the end if it is negative. @throws RangeError if there is no such axis. */
export function axisOf(axis: number, axes: number): number {
  const found = axis < 0 ? axis + axes : axis;
  if (!(found >= 0 && found < axes)) throw new RangeError(`has axis ${axis}, of ${axes}`);
  return found;
}

/** An operation a number of the output. */
export const each = (_call: Call, output: Dims): number => elementsOf(output);
