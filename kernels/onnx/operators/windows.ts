import { type Dims, elementsOf } from "../tensor.ts";
import { type Call, first, floatsAt, input, int, ints, intsAt, type Rule, text } from "./rule.ts";

/** Sizes after a window has moved over them: convolution and pooling (onnx.ai/onnx/operators/onnx__Conv.html, MaxPool). */
function windowed(call: Call, sizes: Dims, kernel: Dims): number[] {
  const strides = ints(call, "strides") ?? kernel.map(() => 1);
  const dilations = ints(call, "dilations") ?? kernel.map(() => 1);
  const pads = ints(call, "pads") ?? [];
  const auto = text(call, "auto_pad", "NOTSET");
  const up = int(call, "ceil_mode", 0) === 1;
  return sizes.map((size, axis) => {
    const stride = strides[axis]!;
    const extent = (kernel[axis]! - 1) * dilations[axis]! + 1;
    if (auto === "SAME_UPPER" || auto === "SAME_LOWER") return Math.ceil(size / stride);
    const [before = 0, after = 0] = auto === "VALID" ? [] : [pads[axis], pads[axis + sizes.length]];
    const room = size + before + after - extent;
    if (room < 0)
      throw new RangeError(`has a window of ${extent} and gets ${size}, padded to ${size + before + after}`);
    if (!up) return Math.floor(room / stride) + 1;
    const count = Math.ceil(room / stride) + 1;
    // A last window that would begin in the padding at the end is left out (as PyTorch does).
    return (count - 1) * stride >= size + before ? count - 1 : count;
  });
}

/** Weights of a convolution: outputs, inputs a group, then the window. @throws RangeError unless they fit its input. */
function convolution(call: Call): { weights: Dims; dims: Dims; group: number } {
  const dims = first(call, 3);
  const weights = input(call, 1, 3);
  const group = int(call, "group", 1);
  return { weights, dims, group };
}

function expectChannels(channels: number, expected: number): void {
  if (Math.abs(channels - expected) > 0) throw new RangeError(`takes ${expected} channels, it gets ${channels}`);
}

function pool(call: Call): Dims[] {
  const [batch, channels, ...sizes] = first(call, 3) as [number, number, ...number[]];
  const output = [batch, channels, ...windowed(call, sizes, ints(call, "kernel_shape") ?? [])];
  return [output, output];
}

const global: Rule = {
  shapes(call) {
    const [batch, channels, ...sizes] = first(call, 3) as [number, number, ...number[]];
    return [[batch, channels, ...sizes.map(() => 1)]];
  },
  operations: (call) => elementsOf(first(call)),
};

const resize: Rule = {
  shapes(call) {
    const dims = first(call);
    const old = call.operator.type === "Upsample" || call.opset < 11;
    const sizes = old ? undefined : call.inputs[3]?.values;
    const scales = floatsAt(call, "scales", old ? 1 : 2);
    if (sizes !== undefined && sizes.length === dims.length) return [sizes];
    return [dims.map((size, axis) => Math.floor(size * (scales?.[axis] ?? Number.NaN)))];
  },
  /** Nearest moves numbers; linear forms three weighted means of two, each a product, a product and a sum; cubic five of four. */
  operations(call, output) {
    const mode = text(call, "mode", "nearest");
    return (mode === "nearest" ? 0 : mode === "cubic" ? 35 : 9) * elementsOf(output);
  },
};

export const WINDOWS: Readonly<Record<string, Rule>> = {
  Conv: {
    shapes(call) {
      const { weights, dims, group } = convolution(call);
      const [batch, channels, ...sizes] = dims as [number, number, ...number[]];
      const [outputs, each, ...kernel] = weights as [number, number, ...number[]];
      expectChannels(channels, each * group);
      return [[batch, outputs, ...windowed(call, sizes, kernel)]];
    },
    /** A multiply-add for each weight of a filter and each output. */
    operations: (call, output) => 2 * elementsOf(output) * elementsOf(convolution(call).weights.slice(1)),
  },
  ConvTranspose: {
    shapes(call) {
      const { weights, dims, group } = convolution(call);
      const [batch, channels, ...sizes] = dims as [number, number, ...number[]];
      const [inputs, each, ...kernel] = weights as [number, number, ...number[]];
      expectChannels(channels, inputs);
      const fixed = ints(call, "output_shape");
      const strides = ints(call, "strides") ?? kernel.map(() => 1);
      const dilations = ints(call, "dilations") ?? kernel.map(() => 1);
      const pads = ints(call, "pads") ?? [];
      const more = ints(call, "output_padding") ?? [];
      const same = text(call, "auto_pad", "NOTSET").startsWith("SAME");
      const out = sizes.map((size, axis) => {
        if (same) return size * strides[axis]!;
        const padded = (pads[axis] ?? 0) + (pads[axis + sizes.length] ?? 0);
        return strides[axis]! * (size - 1) + (more[axis] ?? 0) + (kernel[axis]! - 1) * dilations[axis]! + 1 - padded;
      });
      return [[batch, each * group, ...(fixed ?? out)]];
    },
    /** A multiply-add for each weight of an input's channel and each of its samples. */
    operations: (call) => 2 * elementsOf(first(call)) * elementsOf(convolution(call).weights.slice(1)),
  },
  /** One comparison fewer than a window has samples. */
  MaxPool: {
    shapes: pool,
    operations: (call, output) => (elementsOf(ints(call, "kernel_shape") ?? []) - 1) * elementsOf(output),
  },
  /** Sums and a quotient. */
  AveragePool: {
    shapes: pool,
    operations: (call, output) => elementsOf(ints(call, "kernel_shape") ?? []) * elementsOf(output),
  },
  GlobalAveragePool: global,
  GlobalMaxPool: global,
  Resize: resize,
  Upsample: resize,
  Pad: {
    shapes(call) {
      const dims = first(call);
      const pads = intsAt(call, "pads", 1);
      if (pads === undefined || call.inputs[3] !== undefined) return [dims.map(() => Number.NaN)];
      return [dims.map((size, axis) => size + pads[axis]! + pads[axis + dims.length]!)];
    },
  },
};
