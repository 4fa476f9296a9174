import fc from "fast-check";
import { catalogue } from "../../kernels/catalogue.ts";
import type { Conv2dParams } from "../../kernels/conv2d.ts";
import type { Picture, Samples, SourceKernel, TransformKernel } from "../../kernels/kernel.ts";
import { RandomStream } from "../../sim/engine/random.ts";
import type { ElementType, FrameShape } from "../../sim/frame.ts";
import { frame } from "../laws/kernels.ts";

/** The implementations of a kernel, by name: each test is made for each of them. */
export const implementationsOf = <T>(kernel: {
  readonly implementations: Readonly<Record<string, T>>;
}): [string, T][] => Object.entries(kernel.implementations);

// biome-ignore lint/suspicious/noExplicitAny: kernels of the catalogue, each with its own parameter type
export const transforms: TransformKernel<any>[] = [...catalogue.values()].filter(
  (kernel) => kernel.role === "transform",
);
// biome-ignore lint/suspicious/noExplicitAny: as above
export const sources: SourceKernel<any>[] = [...catalogue.values()].filter((kernel) => kernel.role === "source");

export const shape = (height: number, width: number, channels = 1, element: ElementType = "float32"): FrameShape => ({
  height,
  width,
  channels,
  element,
});

/** Integers in -limit..limit, of float32 frames; 0..255 of uint8 frames. */
export function integers(of: FrameShape, seed: number, limit = 255): Samples {
  const stream = new RandomStream(seed, "integers");
  return frame(of, () => (of.element === "uint8" ? stream.integer(256) : stream.integer(2 * limit + 1) - limit));
}

/** Numbers with fractions, as sensors and activations have them. */
export function reals(of: FrameShape, seed: number): Samples {
  const stream = new RandomStream(seed, "reals");
  return frame(of, () => (of.element === "uint8" ? stream.integer(256) : stream.normal(0, 3)));
}

export const anySeed = fc.integer({ min: 0, max: 2 ** 31 });
const anyElement = fc.constantFrom<ElementType>("uint8", "float32");

/** Ragged frames of 1..17 samples a side. */
export const anyShape: fc.Arbitrary<FrameShape> = fc.record({
  height: fc.integer({ min: 1, max: 17 }),
  width: fc.integer({ min: 1, max: 17 }),
  channels: fc.integer({ min: 1, max: 3 }),
  element: anyElement,
});

export interface Conv2dCase {
  readonly input: FrameShape;
  readonly kernel: readonly [number, number];
  /** With explicit weights and biases: small integers, so that every sum is exact in float32, too. */
  readonly params: Conv2dParams & { readonly weights: number[]; readonly bias: number[] };
  readonly seed: number;
}

const odd = fc.constantFrom(1, 3, 5, 7);

/** One to three channels for one to nine filters, in one group; or two to four groups of one or two channels each. */
const anyGroups = fc.oneof(
  fc.record({ groups: fc.constant(1), each: fc.integer({ min: 1, max: 3 }), filters: fc.integer({ min: 1, max: 9 }) }),
  fc.record({
    groups: fc.integer({ min: 2, max: 4 }),
    each: fc.integer({ min: 1, max: 2 }),
    filters: fc.integer({ min: 1, max: 2 }),
  }),
);

export const anyConv2d: fc.Arbitrary<Conv2dCase> = fc
  .record({
    height: fc.integer({ min: 1, max: 17 }),
    width: fc.integer({ min: 1, max: 45 }),
    element: anyElement,
    channels: anyGroups,
    kernel: fc.tuple(odd, odd),
    stride: fc.constantFrom(1, 1, 2, 3),
    padding: fc.constantFrom("zero" as const, "replicate" as const, "none" as const),
    seed: anySeed,
  })
  .filter(({ padding, kernel, height, width }) => padding !== "none" || (height >= kernel[0] && width >= kernel[1]))
  .map(({ height, width, element, channels: { groups, each, filters: perGroup }, kernel, stride, padding, seed }) => {
    const stream = new RandomStream(seed, "weights");
    const small = () => stream.integer(17) - 8;
    const filters = groups * perGroup;
    const weights = Array.from({ length: filters * each * kernel[0] * kernel[1] }, small);
    const bias = Array.from({ length: filters }, small);
    const size: Conv2dParams["size"] = kernel[0] === kernel[1] ? kernel[0] : [kernel[0], kernel[1]];
    const params = { size, stride, padding, filters, groups, weights, seed: 1, bias };
    return { input: shape(height, width, groups * each, element), kernel, params, seed };
  });

/** Pictures of noise: no two are the same. */
export function somePictures(count: number, height = 7, width = 9, channels = 3): Picture[] {
  return Array.from({ length: count }, (_, n) => {
    const stream = new RandomStream(n, "picture");
    return {
      height,
      width,
      channels,
      data: Uint8Array.from({ length: height * width * channels }, () => stream.integer(256)),
    };
  });
}
