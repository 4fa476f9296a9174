import type { LinkCost } from "../profile.ts";
import { median } from "../statistics/quantile.ts";
import type { Link } from "../topology/topology.ts";

/** One message across the link. */
export interface Point {
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Fits one-way time = delay + bytes / bandwidth to measured messages by least squares over the median time of each size, so
 * that a few late ones do not tilt the line. The fit is to messages that idle pods sent one by one; the residuals of those
 * that found everything cold tell what that adds.
 * With one size only, the bandwidth is the one that the topology states and the delay what remains.
 */
export function fitLink(
  measured: { readonly idle: readonly Point[]; readonly cold: readonly Point[] },
  stated: Link,
): Pick<LinkCost, "bandwidth" | "delay" | "residuals"> {
  const points = measured.idle;
  const sizes = [...new Set(points.map(({ bytes }) => bytes))];
  const medians = sizes.map((size) => {
    const times = points.filter(({ bytes }) => bytes === size).map(({ seconds }) => seconds);
    return median(times);
  });
  const n = sizes.length;
  const meanBytes = sizes.reduce((a, b) => a + b, 0) / n;
  const meanTime = medians.reduce((a, b) => a + b, 0) / n;
  let sxy = 0;
  let sxx = 0;
  sizes.forEach((size, i) => {
    sxy += (size - meanBytes) * (medians[i]! - meanTime);
    sxx += (size - meanBytes) ** 2;
  });
  const slope = n > 1 && sxy > 0 ? sxy / sxx : 1 / (stated.bandwidth ?? Number.POSITIVE_INFINITY);
  const delay = Math.max(0, meanTime - slope * meanBytes);
  const bandwidth = slope > 0 ? 1 / slope : null;
  const residuals = (of: readonly Point[]) => of.map(({ bytes, seconds }) => seconds - delay - slope * bytes);
  return { bandwidth, delay, residuals: { idle: residuals(measured.idle), cold: residuals(measured.cold) } };
}
