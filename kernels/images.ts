import { z } from "zod";
import { bytesOf, type FrameShape, samplesOf } from "../sim/frame.ts";
import type { Picture, Samples, SourceKernel } from "./kernel.ts";
import { resized } from "./resized.ts";

const params = z.strictObject({
  folder: z.string().min(1).meta({ description: "folder of PNG and JPEG files, relative to the topology file" }),
  channels: z
    .union([z.literal(1), z.literal(3)], "1 (grey) or 3 (red, green, blue)")
    .default(1)
    .meta({ description: "1: grey (luma), 3: red, green, blue" }),
  element: z.enum(["uint8", "float32"]).default("uint8").meta({ description: "uint8: 0..255, float32: 0..1" }),
});

export type ImagesParams = z.infer<typeof params>;

/** A source that sends the pictures of a folder, scaled to the frame's size, in order of their names, over and over. */
export const images: SourceKernel<ImagesParams> = {
  name: "images",
  role: "source",
  params,
  outputShape: shapeOf,
  /** A copy of the picture: scaling is done once, before the first frame. */
  cost: (given, size) => ({ operations: 0, bytes: 2 * bytesOf(shapeOf(given, size)) }),
  implementations: {
    reference: {
      prepare(given, size, pictures) {
        if (pictures.length === 0) throw new RangeError(`folder ${given.folder} has no pictures`);
        const output = shapeOf(given, size);
        const frames = pictures.map((picture) => frameOf(picture, output));
        return { output, produce: (sequence, to) => to.set(frames[sequence % frames.length]!) };
      },
    },
  },
};

function shapeOf(
  { channels, element }: ImagesParams,
  { height, width }: { height: number; width: number },
): FrameShape {
  return { height, width, channels, element };
}

/** A picture as a planar frame of a shape. */
function frameOf(picture: Picture, shape: FrameShape): Samples {
  const planes = planesOf(picture, shape.channels);
  const frame = shape.element === "uint8" ? new Uint8Array(samplesOf(shape)) : new Float32Array(samplesOf(shape));
  let at = 0;
  for (const plane of planes) {
    for (const sample of resized(plane, picture, shape))
      frame[at++] = shape.element === "uint8" ? Math.round(sample) : sample / 255;
  }
  return frame;
}

/** Channels of a picture, each by itself: grey of a coloured one is its luma (ITU-R BT.601). */
function planesOf({ height, width, channels, data }: Picture, wanted: number): Float64Array[] {
  const pick = (of: (at: number) => number) =>
    Float64Array.from({ length: height * width }, (_, i) => of(i * channels));
  if (wanted === 3) return [0, 1, 2].map((c) => pick((at) => data[at + (channels === 1 ? 0 : c)]!));
  if (channels === 1) return [pick((at) => data[at]!)];
  return [pick((at) => 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!)];
}
