import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { catalogue, findKernel } from "../../kernels/catalogue.ts";
import { blank, moves, sourceContract, transformContract } from "../laws/kernels.ts";
import {
  anySeed,
  anyShape,
  implementationsOf,
  integers,
  reals,
  shape,
  somePictures,
  sources,
  transforms,
} from "./cases.ts";

/** Parameters of each kernel that a topology may give; a kernel without any here fails. */
const PARAMS: Readonly<Record<string, readonly object[]>> = {
  conv2d: [
    {},
    { size: 5, padding: "replicate", weights: "sharpen" },
    { size: [1, 3], stride: 2, padding: "none", weights: "random", filters: 3, bias: [1, 2, 3] },
    { size: [7, 3], stride: 3, weights: "edges", filters: 2, bias: -1 },
  ],
  grayscale: [{}],
  normalize: [{}, { mean: 127.5, scale: 1 / 127.5 }],
  resize: [{ factor: 0.5 }, { to: [5, 21] }, { factor: 1.7 }],
  dense: [{ outputs: 1 }, { outputs: 6, seed: 3, bias: [1, 2, 3, 4, 5, 6] }],
  softmax: [{}],
  relu: [{}],
  maxpool: [{}, { size: 3 }, { size: 2, stride: 1 }, { size: 1, stride: 3 }],
  identity: [{}],
  synthetic: [{}, { channels: 3, element: "float32", seed: 7 }, { channels: 2 }],
  images: [{ folder: "f" }, { folder: "f", channels: 3 }, { folder: "f", channels: 3, element: "float32" }],
};

test("every kernel of the catalogue has a case, a name and a reference", () => {
  for (const [name, kernel] of catalogue) {
    expect(PARAMS[name]?.length ?? 0, name).toBeGreaterThan(0);
    expect(kernel.name).toBe(name);
    expect(Object.keys(kernel.implementations)).toContain("reference");
  }
});

test("a name that is not there is answered with those that are", () => {
  expect(findKernel("relu").name).toBe("relu");
  expect(() => findKernel("sobel")).toThrow(
    new RangeError(
      "there is no kernel sobel; there are: synthetic, images, grayscale, normalize, resize, conv2d, relu, maxpool, dense, softmax, identity",
    ),
  );
});

for (const kernel of transforms) {
  for (const [name, implementation] of implementationsOf(kernel)) {
    describe(`${kernel.name}, ${name}`, () => {
      test.for(PARAMS[kernel.name]!)("keeps the contract with %j", (given) => {
        const params = kernel.params.parse(given);
        fc.assert(
          fc.property(anyShape, anySeed, (any, seed) => {
            fc.pre(any.height >= 3 && any.width >= 3);
            const input = kernel.name === "grayscale" ? { ...any, channels: 3 } : any;
            const frames = [integers(input, seed), reals(input, seed), blank(input)];
            transformContract(implementation, params, input, kernel.outputShape(params, input), frames);
          }),
          { seed: 21, numRuns: 40 },
        );
      });
    });
  }
}

for (const kernel of sources) {
  for (const [name, implementation] of implementationsOf(kernel)) {
    describe(`${kernel.name}, ${name}`, () => {
      test.for(PARAMS[kernel.name]!)("keeps the contract with %j", (given) => {
        const params = kernel.params.parse(given);
        for (const [height, width] of [
          [1, 1],
          [5, 9],
          [17, 13],
          [70, 66],
        ] as const) {
          const promised = kernel.outputShape(params, shape(height, width, 1, "uint8"));
          const sequences = [0, 1, 5, 64, 1_000_003, 2, 0];
          sourceContract(implementation, params, { height, width }, promised, somePictures(3), sequences);
        }
      });

      test.for(PARAMS[kernel.name]!)("moves with %j", (given) => {
        const source = implementation.prepare(kernel.params.parse(given), { height: 12, width: 15 }, somePictures(3));
        moves(source, [0, 1, 2, 63, 64, 999_999]);
      });
    });
  }
}
