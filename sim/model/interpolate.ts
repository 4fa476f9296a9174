import { mean } from "../statistics/moments.ts";

/**
 * Samples for a message size: measured ones, or between two measured sizes those of the nearer, scaled to the mean that
 * lies on the line between the two (beyond the outermost sizes: on the line through the last two).
 * @returns `from`: the size whose samples they are. `null` if nothing was measured.
 */
export function interpolated(
  measured: readonly { readonly bytes: number; readonly samples: readonly number[] }[],
  bytes: number,
): { readonly samples: readonly number[]; readonly from: number } | null {
  const at = (size: number) => {
    const same = measured.filter((point) => point.bytes === size);
    return same.length === 1 ? same[0]!.samples : same.flatMap(({ samples }) => samples);
  };
  if (measured.some((point) => point.bytes === bytes)) return { samples: at(bytes), from: bytes };
  const sizes = [...new Set(measured.map((point) => point.bytes))].sort((a, b) => a - b);
  if (sizes.length === 0) return null;
  const from = sizes.reduce((best, size) => (Math.abs(size - bytes) < Math.abs(best - bytes) ? size : best));
  const samples = at(from);
  if (sizes.length === 1) return { samples, from };
  const above = sizes.findIndex((size) => size > bytes);
  const high = above < 1 ? (above === 0 ? 1 : sizes.length - 1) : above;
  const [x0, x1] = [sizes[high - 1]!, sizes[high]!];
  const [y0, y1] = [mean(at(x0)), mean(at(x1))];
  const expected = Math.max(0, y0 + ((y1 - y0) * (bytes - x0)) / (x1 - x0));
  const base = mean(samples);
  return { samples: base > 0 ? samples.map((sample) => (sample * expected) / base) : [expected], from };
}
