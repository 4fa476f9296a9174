import { quantile } from "../../../sim/statistics/quantile.ts";

export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}
