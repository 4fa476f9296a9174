import type { FrameSize } from "../sim/topology/catalogue.ts";

/**
 * A plane of samples scaled to another size by bilinear interpolation between pixel centres (Burger & Burge, Digital Image
 * Processing, section 22.5.3); beyond the outermost centres the outermost sample. Plain arithmetic, so every machine gives
 * the same numbers.
 */
export function resized(plane: Float64Array, from: FrameSize, to: FrameSize): Float64Array {
  const rows = positions(from.height, to.height);
  const columns = positions(from.width, to.width);
  const out = new Float64Array(to.height * to.width);
  let at = 0;
  for (const { low, high, weight: down } of rows) {
    const above = low * from.width;
    const below = high * from.width;
    for (const { low: left, high: right, weight: across } of columns) {
      const upper = plane[above + left]! * (1 - across) + plane[above + right]! * across;
      const lower = plane[below + left]! * (1 - across) + plane[below + right]! * across;
      out[at++] = upper * (1 - down) + lower * down;
    }
  }
  return out;
}

/** For each output position the two input positions around it, and the weight of the second. */
function positions(from: number, to: number): { low: number; high: number; weight: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const centre = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const low = Math.floor(centre);
    return { low, high: Math.min(from - 1, low + 1), weight: centre - low };
  });
}
