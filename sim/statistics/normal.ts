import { exp } from "../engine/elementary.ts";

/** Density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/** Distribution function of the standard normal: Abramowitz & Stegun, 26.2.17, error below 7.5e-8. */
export function normalProbability(z: number): number {
  if (z < 0) return 1 - normalProbability(-z);
  if (z === Number.POSITIVE_INFINITY) return 1;
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - normalDensity(z) * series;
}
