import { blockLength } from "../statistics/block-length.ts";
import { mean } from "../statistics/moments.ts";
import type { SampleOrder } from "./calibration.ts";
import { withoutOutliers } from "./outliers.ts";

/**
 * How a cost's samples came, and at what level each visit found it. A stall of the host is no part of the level: it comes to few
 * frames of few visits, and by how much they differ in that says nothing of the others.
 * @param visits not empty each.
 */
export function sampleOrder(
  visits: readonly { readonly round: number; readonly samples: readonly number[] }[],
): SampleOrder {
  const capped = withoutOutliers(visits.map(({ samples }) => samples));
  return {
    visits: visits.map(({ round, samples }, i) => ({ round, samples: samples.length, level: mean(capped[i]!) })),
    block: blockLength(capped),
  };
}
