import { type Dims, elementsOf, INT64, known } from "../tensor.ts";
import { axisOf, type Call, first, input, int, ints, intsAt, type Rule } from "./rule.ts";

const list = (call: Call): readonly number[] | undefined => call.inputs[0]?.values;
const unknown = (axes: number): Dims => Array<number>(axes).fill(Number.NaN);

/** Axes that are taken out or away: an attribute, or an input in newer models. */
const axesAt = (call: Call, axes: number) => intsAt(call, "axes", 1)?.map((axis) => axisOf(axis, axes));

/** @throws RangeError if the numbers don't fit the new shape. */
function reshaped(call: Call): Dims {
  const dims = first(call);
  const wanted = intsAt(call, "shape", 1);
  if (wanted === undefined) return unknown(input(call, 1)[0]!);
  const zero = int(call, "allowzero", 0) === 1;
  const sizes = wanted.map((size, axis) => (size === 0 && !zero ? (dims[axis] ?? Number.NaN) : size));
  const total = elementsOf(dims);
  const rest = elementsOf(sizes.filter((size) => size !== -1));
  const shape = sizes.map((size) => (size === -1 ? total / rest : size));
  if (shape.some((size) => known(size) && !Number.isInteger(size)) || Math.abs(elementsOf(shape) - total) > 0) {
    throw new RangeError(`makes ${wanted.join("x")} of ${total} numbers`);
  }
  return shape;
}

function slice(call: Call): {
  starts?: readonly number[];
  ends?: readonly number[];
  axes: number[];
  steps: readonly number[];
} {
  const dims = first(call);
  const starts = intsAt(call, "starts", 1);
  const ends = intsAt(call, "ends", 2);
  const axes = axesOfSlice(call, starts?.length ?? dims.length).map((axis) => axisOf(axis, dims.length));
  const steps = call.inputs[4]?.values ?? axes.map(() => 1);
  return { ...(starts && { starts }), ...(ends && { ends }), axes, steps };
}

function axesOfSlice(call: Call, count: number): readonly number[] {
  return intsAt(call, "axes", 3) ?? Array.from({ length: count }, (_, axis) => axis);
}

/** Where a slice begins, how many it takes and how far apart along an axis of a size. */
function span(size: number, start: number, end: number, step: number): { from: number; count: number } {
  const at = (index: number, low: number, high: number) =>
    Math.min(high, Math.max(low, index < 0 ? index + size : index));
  const from = step > 0 ? at(start, 0, size) : at(start, 0, size - 1);
  const to = step > 0 ? at(end, 0, size) : at(end, -1, size - 1);
  return { from, count: Math.max(0, Math.ceil((to - from) / step)) };
}

const reduce: Rule = {
  shapes(call) {
    const dims = first(call);
    const axes = axesAt(call, dims.length) ?? dims.map((_, axis) => axis);
    const keep = int(call, "keepdims", 1) === 1;
    return [dims.flatMap((size, axis) => (!axes.includes(axis) ? [size] : keep ? [1] : []))];
  },
  operations: (call) => elementsOf(first(call)),
};

/** Operators that move numbers and change shapes. */
export const LAYOUT: Readonly<Record<string, Rule>> = {
  Flatten: {
    shapes(call) {
      const dims = first(call);
      const axis = int(call, "axis", 1);
      const at = axis < 0 ? axis + dims.length : axis;
      return [[elementsOf(dims.slice(0, at)), elementsOf(dims.slice(at))]];
    },
  },
  Reshape: { shapes: (call) => [reshaped(call)], values: list },
  Transpose: {
    shapes(call) {
      const dims = first(call);
      const order = ints(call, "perm") ?? dims.map((_, axis) => dims.length - 1 - axis);
      return [order.map((axis) => dims[axisOf(axis, dims.length)]!)];
    },
  },
  Concat: {
    shapes(call) {
      const all = call.inputs.map((_, index) => input(call, index));
      const dims = all[0]!;
      const along = axisOf(int(call, "axis", 1), dims.length);
      return [
        dims.map((size, axis) => {
          if (axis === along) return all.reduce((sum, one) => sum + one[axis]!, 0);
          const other = all.find((one) => Math.abs(one[axis]! - size) > 0);
          if (other !== undefined)
            throw new RangeError(`joins ${size} and ${other[axis]} along another axis than ${along}`);
          return all.map((one) => one[axis]!).find(known) ?? Number.NaN;
        }),
      ];
    },
    values: ({ inputs }) => {
      const all = inputs.map((tensor) => tensor?.values);
      return all.some((values) => values === undefined) ? undefined : all.flatMap((values) => values!);
    },
  },
  Split: {
    shapes(call) {
      const dims = first(call);
      const along = axisOf(int(call, "axis", 0), dims.length);
      const parts = call.operator.outputs.length;
      const each = Math.ceil(dims[along]! / parts);
      const sizes = intsAt(call, "split", 1);
      return call.operator.outputs.map((_, part) =>
        dims.map((size, axis) => {
          if (axis !== along) return size;
          return sizes?.[part] ?? (call.inputs[1] !== undefined ? Number.NaN : Math.min(each, size - part * each));
        }),
      );
    },
  },
  Squeeze: {
    shapes(call) {
      const dims = first(call);
      const axes = axesAt(call, dims.length) ?? dims.flatMap((size, axis) => (size === 1 ? [axis] : []));
      return [dims.filter((_, axis) => !axes.includes(axis))];
    },
    values: list,
  },
  Unsqueeze: {
    shapes(call) {
      const dims = [...first(call)];
      const added = intsAt(call, "axes", 1);
      if (added === undefined) throw new RangeError("has axes that are not constant");
      const axes = added.map((axis) => axisOf(axis, dims.length + added.length)).sort((a, b) => a - b);
      for (const axis of axes) dims.splice(axis, 0, 1);
      return [dims];
    },
    values: list,
  },
  Slice: {
    shapes(call) {
      const { starts, ends, axes, steps } = slice(call);
      return [
        first(call).map((size, axis) => {
          const at = axes.indexOf(axis);
          if (at < 0) return size;
          if (!starts || !ends || !known(size)) return Number.NaN;
          return span(size, starts[at]!, ends[at]!, steps[at]!).count;
        }),
      ];
    },
    values(call) {
      const values = list(call);
      const { starts, ends, steps } = slice(call);
      if (!values || !starts || !ends || first(call).length !== 1) return undefined;
      const { from, count } = span(values.length, starts[0]!, ends[0]!, steps[0]!);
      return Array.from({ length: count }, (_, i) => values[from + i * steps[0]!]!);
    },
  },
  Gather: {
    shapes(call) {
      const dims = first(call, 1);
      const axis = axisOf(int(call, "axis", 0), dims.length);
      return [[...dims.slice(0, axis), ...input(call, 1), ...dims.slice(axis + 1)]];
    },
    values(call) {
      const [values, indices] = [list(call), call.inputs[1]?.values];
      return values && indices?.map((index) => values[index < 0 ? index + values.length : index]!);
    },
  },
  Shape: {
    shapes: (call) => [[shapeValues(call).length]],
    type: () => INT64,
    values: (call) => (shapeValues(call).every(known) ? shapeValues(call) : undefined),
  },
  ConstantOfShape: {
    shapes: (call) => [call.inputs[0]?.values ?? unknown(first(call)[0]!)],
    type: ({ operator }) => operator.attributes.get("value")?.t?.dataType ?? 1,
  },
  DepthToSpace: {
    shapes(call) {
      const [batch, channels, height, width] = first(call, 4) as [number, number, number, number];
      const block = int(call, "blocksize", 1);
      return [[batch, channels / block ** 2, height * block, width * block]];
    },
  },
  SpaceToDepth: {
    shapes(call) {
      const [batch, channels, height, width] = first(call, 4) as [number, number, number, number];
      const block = int(call, "blocksize", 1);
      return [[batch, channels * block ** 2, height / block, width / block]];
    },
  },
  ...Object.fromEntries(["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"].map((name) => [name, reduce])),
};

function shapeValues(call: Call): Dims {
  const dims = first(call);
  return dims.slice(int(call, "start", 0), int(call, "end", dims.length));
}
