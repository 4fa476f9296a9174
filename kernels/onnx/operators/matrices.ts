import { type Dims, elementsOf } from "../tensor.ts";
import { broadcast } from "./elementwise.ts";
import { type Call, first, input, int, type Rule } from "./rule.ts";

/** Rows, what is summed over, and columns of a general matrix product. @throws RangeError if the matrices don't fit. */
function gemm(call: Call): { rows: number; inner: number; columns: number } {
  const [a, b] = [first(call, 2), input(call, 1, 2)];
  const [rows, inner] = int(call, "transA", 0) ? [a[1]!, a[0]!] : [a[0]!, a[1]!];
  const [other, columns] = int(call, "transB", 0) ? [b[1]!, b[0]!] : [b[0]!, b[1]!];
  expectInner(inner, other);
  return { rows, inner, columns };
}

/** @throws RangeError if both are known and differ. */
function expectInner(inner: number, other: number): void {
  if (Math.abs(inner - other) > 0) throw new RangeError(`takes ${other} numbers, it gets ${inner}`);
}

export const MATRICES: Readonly<Record<string, Rule>> = {
  Gemm: {
    shapes(call) {
      const { rows, columns } = gemm(call);
      return [[rows, columns]];
    },
    operations(call) {
      const { rows, inner, columns } = gemm(call);
      return 2 * rows * inner * columns;
    },
  },
  MatMul: {
    shapes(call) {
      const [a, b] = [first(call, 1), input(call, 1, 1)];
      expectInner(a.at(-1)!, b.length === 1 ? b[0]! : b.at(-2)!);
      const batch = broadcast([a.slice(0, -2), b.slice(0, -2), []]);
      const rows: Dims = a.length === 1 ? [] : [a.at(-2)!];
      const columns: Dims = b.length === 1 ? [] : [b.at(-1)!];
      return [[...batch, ...rows, ...columns]];
    },
    operations: (call, output) => 2 * elementsOf(output) * first(call).at(-1)!,
  },
};
