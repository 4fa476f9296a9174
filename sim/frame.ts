/** Element types that a frame's samples may have. */
export type ElementType = "uint8" | "float32";

/**
 * Shape of a frame. Samples are stored planar (channel, row, column), rows without padding:
 * sample (c, y, x) is at index `(c * height + y) * width + x`. Sizes in samples.
 */
export interface FrameShape {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Planes. */
  readonly channels: number;
  /** Type of a sample. */
  readonly element: ElementType;
}

export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = { uint8: 1, float32: 4 };

/** Number of samples (all channels) of a frame of this shape. */
export function samplesOf(shape: FrameShape): number {
  return shape.height * shape.width * shape.channels;
}

/** Payload size of a frame of this shape, in bytes. */
export function bytesOf(shape: FrameShape): number {
  return samplesOf(shape) * ELEMENT_BYTES[shape.element];
}

/** `512x512x1 float32`: height x width x channels, then the element type. */
export function describeShape(shape: FrameShape): string {
  return `${shape.height}x${shape.width}x${shape.channels} ${shape.element}`;
}

export function sameShape(a: FrameShape, b: FrameShape): boolean {
  return a.height === b.height && a.width === b.width && a.channels === b.channels && a.element === b.element;
}
