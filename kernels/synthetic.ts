import { z } from "zod";
import { RandomStream } from "../sim/engine/random.ts";
import { bytesOf, type FrameShape, samplesOf } from "../sim/frame.ts";
import type { Samples, SourceKernel } from "./kernel.ts";

const params = z.strictObject({
  channels: z.int().min(1).max(64).default(1).meta({ description: "channels of the frames" }),
  element: z.enum(["uint8", "float32"]).default("uint8").meta({ description: "type of a sample" }),
  seed: z.int().min(0).default(1).meta({ description: "of the pattern" }),
});

export type SyntheticParams = z.infer<typeof params>;

/** Pixels that the pattern moves per frame, down and across. */
const SPEED = { down: 1, across: 3 };
/** The pattern repeats after so many pixels down and across. */
const PERIOD = 64;

/**
 * A source of smooth seeded noise, 0..255 (uint8) or 0..1 (float32), that moves over the frame: frame n is the pattern
 * shifted by n times the speed. It needs no state, so any frame can be made at any time.
 */
export const synthetic: SourceKernel<SyntheticParams> = {
  name: "synthetic",
  role: "source",
  params,
  outputShape: shapeOf,
  /** A copy of the pattern, row by row. */
  cost: (given, size) => ({ operations: samplesOf(shapeOf(given, size)), bytes: 2 * bytesOf(shapeOf(given, size)) }),
  implementations: {
    reference: {
      prepare(given, size) {
        const output = shapeOf(given, size);
        const { height, width, channels } = output;
        const tiles = Array.from({ length: channels }, (_, c) => pattern(given, c));
        return {
          output,
          produce(sequence, to) {
            const down = (sequence * SPEED.down) % PERIOD;
            const across = (sequence * SPEED.across) % PERIOD;
            for (let c = 0; c < channels; c++) {
              const tile = tiles[c]!;
              for (let y = 0; y < height; y++) {
                const row = ((y + down) % PERIOD) * PERIOD;
                copyRow(tile, row, across, to, (c * height + y) * width, width);
              }
            }
          },
        };
      },
    },
  },
};

function shapeOf(
  { channels, element }: SyntheticParams,
  { height, width }: { height: number; width: number },
): FrameShape {
  return { height, width, channels, element };
}

/** One channel of the pattern, PERIOD x PERIOD: noise, smoothed by a 3x3 mean that wraps around. */
function pattern({ seed, element }: SyntheticParams, channel: number): Uint8Array | Float32Array {
  const stream = new RandomStream(seed, "synthetic", channel);
  const noise = Float64Array.from({ length: PERIOD * PERIOD }, () => stream.uniform());
  const tile = element === "uint8" ? new Uint8Array(noise.length) : new Float32Array(noise.length);
  for (let y = 0; y < PERIOD; y++) {
    for (let x = 0; x < PERIOD; x++) {
      let sum = 0;
      for (let j = PERIOD - 1; j <= PERIOD + 1; j++) {
        for (let i = PERIOD - 1; i <= PERIOD + 1; i++) sum += noise[((y + j) % PERIOD) * PERIOD + ((x + i) % PERIOD)]!;
      }
      tile[y * PERIOD + x] = element === "uint8" ? Math.floor((sum / 9) * 256) : sum / 9;
    }
  }
  return tile;
}

function copyRow(tile: Samples, row: number, across: number, to: Samples, at: number, width: number): void {
  for (let x = 0; x < width; x++) to[at + x] = tile[row + ((x + across) % PERIOD)]!;
}
