import { mean } from "../statistics/moments.ts";
import type { Samples } from "./costs.ts";

/**
 * Samples for a message size: measured ones, or between two measured sizes those of the nearer, scaled to the mean that
 * lies on the line between the two (beyond the outermost sizes: on the line through the last two).
 */
export function interpolated(measured: readonly { bytes: number; samples: Samples }[], bytes: number): Samples | null {
  const same = measured.filter((point) => point.bytes === bytes);
  if (same.length > 0) return same.flatMap(({ samples }) => Array.from(samples));
  const sizes = [...new Set(measured.map((point) => point.bytes))].sort((a, b) => a - b);
  if (sizes.length === 0) return null;
  const meanAt = (size: number) =>
    mean(measured.filter((point) => point.bytes === size).flatMap(({ samples }) => Array.from(samples)));
  const nearest = sizes.reduce((best, size) => (Math.abs(size - bytes) < Math.abs(best - bytes) ? size : best));
  const samples = measured.filter((point) => point.bytes === nearest).flatMap((point) => Array.from(point.samples));
  if (sizes.length === 1) return samples;
  const above = sizes.findIndex((size) => size > bytes);
  const high = above < 1 ? (above === 0 ? 1 : sizes.length - 1) : above;
  const [x0, x1] = [sizes[high - 1]!, sizes[high]!];
  const [y0, y1] = [meanAt(x0), meanAt(x1)];
  const expected = Math.max(0, y0 + ((y1 - y0) * (bytes - x0)) / (x1 - x0));
  const base = mean(samples);
  return base > 0 ? samples.map((sample) => (sample * expected) / base) : [expected];
}
