import { exp } from "../engine/elementary.ts";

/** What a thread that had waited for `gap` seconds took for a message, CPU seconds. */
export interface Cooled {
  readonly gap: number;
  readonly cpu: number;
}

/** Time constants that are tried: 60 a decade, from 0.1 ms to 10 s. */
const TRIED = Array.from({ length: 301 }, (_, i) => exp((-4 + i / 60) * Math.LN10));

/**
 * Time constant, seconds, of the way in which a thread that waits goes cold: other things take its caches and its core falls
 * asleep at some moment or other, so that what it then does costs a + b (1 - exp(-gap / constant)), as Newton's law of cooling. Of
 * all constants that are tried, the one of the least squares, a and b being those of its straight line.
 * @returns `null` where waiting makes no difference, or too few gaps were measured to tell.
 */
export function fitCooling(points: readonly Cooled[]): number | null {
  if (new Set(points.map(({ gap }) => gap)).size < 3) return null;
  let best: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const constant of TRIED) {
    const { slope, squares } = lineThrough(points.map(({ gap, cpu }) => [1 - exp(-gap / constant), cpu]));
    if (!(slope > 0 && squares < least)) continue;
    least = squares;
    best = constant;
  }
  return best;
}

/** The straight line of least squares, and what squares are left. */
function lineThrough(points: readonly (readonly [x: number, y: number])[]): { slope: number; squares: number } {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const xx = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const xy = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const yy = points.reduce((sum, [, y]) => sum + (y - meanY) ** 2, 0);
  return xx === 0 ? { slope: 0, squares: yy } : { slope: xy / xx, squares: yy - (xy * xy) / xx };
}
