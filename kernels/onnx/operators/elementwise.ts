import { BOOL, type Dims, elementsOf, FLOAT, INT64, known, type Tensor, UINT8 } from "../tensor.ts";
import { type Call, each, first, int, type Rule } from "./rule.ts";

const same = (call: Call): Dims[] => [first(call)];
/** Every number by itself; transcendental functions count as one operation, as a power of our softmax does. */
const perNumber = (operations = 1): Rule => ({
  shapes: same,
  operations: (_call, output) => operations * elementsOf(output),
});
const moved: Rule = { shapes: same, values: ({ inputs }) => inputs[0]?.values };

/** Shapes as NumPy broadcasts them (onnx.ai, Broadcasting in ONNX). @throws RangeError if they don't fit. */
export function broadcast(shapes: readonly Dims[]): Dims {
  const axes = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: axes }, (_, axis) => {
    const sizes = shapes.flatMap((dims) => dims[axis - axes + dims.length] ?? []).filter((size) => size !== 1);
    const [size = 1] = sizes.filter(known);
    const other = sizes.find((one) => known(one) && one !== size);
    if (other !== undefined) throw new RangeError(`gets ${size} and ${other} along one axis`);
    return sizes.length > 0 && !sizes.some(known) ? Number.NaN : size;
  });
}

const broadcasting = (more: Partial<Rule> = {}): Rule => ({
  shapes: ({ inputs }) => [broadcast(inputs.flatMap((tensor) => (tensor === undefined ? [] : [tensor.dims])))],
  operations: each,
  ...more,
});

/** Arithmetic on shapes: exporters compute them in the graph. */
const onIntegers = (operation: (a: number, b: number) => number): Rule =>
  broadcasting({
    values({ inputs: [a, b] }) {
      if (!a?.values || !b?.values) return undefined;
      const [left, right] = [a.values, b.values];
      const length = Math.max(left.length, right.length);
      return Array.from({ length }, (_, i) => operation(left[i % left.length]!, right[i % right.length]!));
    },
  });

const pick = (tensor: Tensor | undefined, otherwise: number): number => tensor?.type ?? otherwise;

export const ELEMENTWISE: Readonly<Record<string, Rule>> = {
  Identity: moved,
  Dropout: { shapes: (call) => [first(call), first(call)] },
  Cast: { ...moved, type: (call) => int(call, "to", 1) },
  ...Object.fromEntries(
    "Relu Sigmoid Tanh Exp Log Sqrt Abs Neg Reciprocal Floor Ceil Round Erf Softplus Not Sign"
      .split(" ")
      .map((name) => [name, perNumber()]),
  ),
  // A comparison and a product; two comparisons; a product, a sum and two comparisons; and as their formulas have it.
  LeakyRelu: perNumber(2),
  PRelu: { shapes: same, operations: (_call, output) => 2 * elementsOf(output) },
  Elu: perNumber(3),
  Selu: perNumber(4),
  Clip: perNumber(2),
  HardSigmoid: perNumber(4),
  HardSwish: perNumber(5),
  Gelu: perNumber(4),
  // As our softmax: a comparison, a difference, a power, a sum and a product.
  Softmax: perNumber(5),
  LogSoftmax: perNumber(5),
  // A product and a sum, as its two numbers a channel are constants.
  BatchNormalization: perNumber(2),
  // Mean, difference, square, sum, product and sum.
  InstanceNormalization: perNumber(6),
  LayerNormalization: perNumber(6),
  /** Squares of so many channels, their sum, a power and a quotient. */
  LRN: { shapes: same, operations: (call, output) => (2 * int(call, "size", 1) + 2) * elementsOf(output) },
  Add: onIntegers((a, b) => a + b),
  Sub: onIntegers((a, b) => a - b),
  Mul: onIntegers((a, b) => a * b),
  Div: onIntegers((a, b) => Math.trunc(a / b)),
  Pow: broadcasting(),
  Sum: broadcasting({ operations: ({ inputs }, output) => (inputs.length - 1) * elementsOf(output) }),
  Mean: broadcasting({ operations: ({ inputs }, output) => inputs.length * elementsOf(output) }),
  Max: broadcasting({ operations: ({ inputs }, output) => (inputs.length - 1) * elementsOf(output) }),
  Min: broadcasting({ operations: ({ inputs }, output) => (inputs.length - 1) * elementsOf(output) }),
  Where: broadcasting({ type: ({ inputs }) => pick(inputs[1], INT64) }),
  ...Object.fromEntries(
    ["Equal", "Greater", "Less", "And", "Or", "Xor"].map((name) => [name, broadcasting({ type: () => BOOL })]),
  ),
  // A product, rounding and two comparisons; a difference and a product.
  QuantizeLinear: { ...perNumber(4), type: ({ inputs }) => pick(inputs[2], UINT8) },
  DequantizeLinear: { ...perNumber(2), type: ({ inputs }) => pick(inputs[1], FLOAT) },
};
