import type { FrameSize } from "./catalogue.ts";

/** `1280x720`: width x height, as the topology file and `--sizes` write it and as is usual for video. */
export function sizeText({ width, height }: FrameSize): string {
  return `${width}x${height}`;
}

/** `512` or `1280x720` (width x height), in pixels. */
export const SIZE_PATTERN = /^[1-9]\d{0,4}(x[1-9]\d{0,4})?$/;

/** The size that a text of `SIZE_PATTERN` says; one number means a square. */
export function parseSize(text: string): FrameSize {
  const [width, height = width] = text.split("x").map(Number);
  return { height: height!, width: width! };
}
