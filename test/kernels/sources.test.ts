import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { images } from "../../kernels/images.ts";
import type { Picture, Samples } from "../../kernels/kernel.ts";
import { resized } from "../../kernels/resized.ts";
import { synthetic } from "../../kernels/synthetic.ts";
import { at, produced } from "../laws/kernels.ts";
import { implementationsOf, somePictures } from "./cases.ts";

describe.for(implementationsOf(synthetic))("synthetic, %s", ([, implementation]) => {
  const prepare = (given: object, height = 20, width = 30) =>
    implementation.prepare(synthetic.params.parse(given), { height, width }, []);

  test.for(["uint8", "float32"])("moves by 1 down and 3 across a frame, as %s", (element) => {
    const source = prepare({ channels: 2, element });
    for (const n of [0, 21, 63, 1000]) {
      const [now, next] = [produced(source, n), produced(source, n + 1)];
      for (let c = 0; c < 2; c++) {
        for (let y = 0; y < 19; y++) {
          const begin = at(source.output, c, y + 1, 3);
          const row = next.subarray(at(source.output, c, y, 0), at(source.output, c, y, 27));
          expect(row).toEqual(now.subarray(begin, begin + 27));
        }
      }
    }
  });

  test("seeds and channels have patterns of their own; the seed left out is 1", () => {
    const of = (given: object) => produced(prepare(given), 5);
    expect(of({})).toEqual(of({ seed: 1 }));
    expect(of({ seed: 2 })).not.toEqual(of({ seed: 1 }));
    const two = of({ channels: 2 });
    expect(two.subarray(0, 600)).toEqual(of({}));
    expect(two.subarray(600)).not.toEqual(of({}));
  });

  test("uint8 and float32 show the same pattern", () => {
    const bytes = produced(prepare({ element: "uint8" }), 3);
    const numbers = produced(prepare({ element: "float32" }), 3);
    for (let i = 0; i < bytes.length; i++) expect(Math.abs(numbers[i]! * 256 - bytes[i]! - 0.5)).toBeLessThan(0.5001);
  });

  test("the pattern is smooth noise: around the middle, neighbours alike", () => {
    const source = prepare({ element: "float32" }, 64, 64);
    const tile = produced(source, 0);
    const mean = (values: Iterable<number>) => {
      const all = [...values];
      return all.reduce((sum, value) => sum + value, 0) / all.length;
    };
    expect(Math.abs(mean(tile) - 0.5)).toBeLessThan(0.02);
    const variance = mean(Array.from(tile, (value) => (value - 0.5) ** 2));
    // Of the mean of 9: a ninth of the uniform's 1/12; of neighbours' differences: 6 of 18 terms are not shared.
    expect(variance / (1 / 108)).toBeGreaterThan(0.8);
    expect(variance / (1 / 108)).toBeLessThan(1.2);
    const steps = mean(Array.from(tile.subarray(1), (value, i) => (i % 64 === 63 ? 0 : (value - tile[i]!) ** 2)));
    expect(steps / (2 * variance)).toBeLessThan(0.45);
  });
});

describe.for(implementationsOf(images))("images, %s", ([, implementation]) => {
  const frameOf = (given: object, picture: Picture, height = picture.height, width = picture.width): Samples => {
    const params = images.params.parse({ folder: "f", ...given });
    return produced(implementation.prepare(params, { height, width }, [picture]), 0);
  };

  test("shows the pictures in their order, over and over", () => {
    const pictures = somePictures(3);
    const params = images.params.parse({ folder: "f", channels: 3 });
    const source = implementation.prepare(params, { height: 4, width: 5 }, pictures);
    for (let n = 0; n < 8; n++)
      expect(produced(source, n), `${n}`).toEqual(frameOf({ channels: 3 }, pictures[n % 3]!, 4, 5));
  });

  test("of its own size a picture stays as it is: interleaved becomes planar", () => {
    const colour: Picture = { height: 1, width: 2, channels: 3, data: Uint8Array.of(10, 20, 30, 40, 50, 60) };
    expect(frameOf({ channels: 3 }, colour)).toEqual(Uint8Array.of(10, 40, 20, 50, 30, 60));
    const grey: Picture = { height: 1, width: 2, channels: 1, data: Uint8Array.of(10, 255) };
    expect(frameOf({}, grey)).toEqual(Uint8Array.of(10, 255));
    expect(frameOf({ element: "float32" }, grey)).toEqual(Float32Array.of(10 / 255, 1));
    expect(frameOf({ channels: 3 }, grey)).toEqual(Uint8Array.of(10, 255, 10, 255, 10, 255));
  });

  test("grey of a coloured picture is its luma", () => {
    const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 90, 90, 90);
    const got = frameOf({}, { height: 1, width: 5, channels: 3, data });
    expect(got).toEqual(Uint8Array.of(76, 150, 29, 255, 90));
  });

  test("a flat picture stays flat at any size", () => {
    const sizes = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(sizes, sizes, sizes, sizes, fc.integer({ min: 0, max: 255 }), (h, w, height, width, value) => {
        const flat: Picture = { height: h, width: w, channels: 1, data: new Uint8Array(h * w).fill(value) };
        expect(new Set(frameOf({}, flat, height, width))).toEqual(new Set([value]));
      }),
      { seed: 61, numRuns: 100 },
    );
  });
});

describe("resized", () => {
  const plane = (height: number, width: number, value: (y: number, x: number) => number) =>
    Float64Array.from({ length: height * width }, (_, i) => value(Math.floor(i / width), i % width));
  const anySize = fc.record({ height: fc.integer({ min: 1, max: 20 }), width: fc.integer({ min: 1, max: 20 }) });
  const noise = (y: number, x: number) => ((y * 31 + x) * 2654435761) % 256;

  test("the same size gives the same samples", () => {
    fc.assert(
      fc.property(anySize, (size) => {
        const samples = plane(size.height, size.width, noise);
        expect(resized(samples, size, size)).toEqual(samples);
      }),
      { seed: 62, numRuns: 50 },
    );
  });

  test("never leaves the range of the samples", () => {
    fc.assert(
      fc.property(anySize, anySize, (from, to) => {
        const samples = plane(from.height, from.width, noise);
        const got = resized(samples, from, to);
        expect(got).toHaveLength(to.height * to.width);
        expect(Math.min(...got)).toBeGreaterThanOrEqual(Math.min(...samples) - 1e-9);
        expect(Math.max(...got)).toBeLessThanOrEqual(Math.max(...samples) + 1e-9);
      }),
      { seed: 63, numRuns: 100 },
    );
  });

  test("a ramp stays one between the outermost centres", () => {
    const from = { height: 6, width: 9 };
    const to = { height: 14, width: 5 };
    const got = resized(
      plane(from.height, from.width, (y, x) => 10 * y + x),
      from,
      to,
    );
    for (let y = 0; y < to.height; y++) {
      for (let x = 0; x < to.width; x++) {
        const centre = (i: number, a: number, b: number) => Math.min(a - 1, Math.max(0, ((i + 0.5) * a) / b - 0.5));
        const expected = 10 * centre(y, from.height, to.height) + centre(x, from.width, to.width);
        expect(got[y * to.width + x]).toBeCloseTo(expected, 9);
      }
    }
  });

  test("by hand: 2 to 4 samples, and 4 to 2", () => {
    const row = (samples: number[], width: number) => [
      ...resized(Float64Array.from(samples), { height: 1, width: samples.length }, { height: 1, width }),
    ];
    expect(row([0, 100], 4)).toEqual([0, 25, 75, 100]);
    expect(row([0, 10, 20, 30], 2)).toEqual([5, 25]);
    expect(row([7], 3)).toEqual([7, 7, 7]);
    const column = resized(Float64Array.of(0, 100), { height: 2, width: 1 }, { height: 4, width: 1 });
    expect([...column]).toEqual([0, 25, 75, 100]);
  });
});
