import { lightestLoad } from "../compare/label.ts";
import type { Comparison } from "../comparison.ts";
import { loadsOf } from "./layout.ts";
import type { Picture } from "./picture.ts";
import { breakdownPicture } from "./pictures/breakdown.ts";
import { ccrPicture } from "./pictures/ccr.ts";
import { latencyPicture, throughputPicture } from "./pictures/figures.ts";
import { podsPicture } from "./pictures/pods.ts";
import { scatterPicture } from "./pictures/scatter.ts";

/** The pictures of a comparison that its plans allow, in the order of the report. */
export function picturesOf(comparison: Comparison): readonly Picture[] {
  const { plans, tolerance } = comparison;
  const light = lightestLoad(plans);
  // The lightest load first: its latency is the pipeline's own, not that of waiting.
  const loads = loadsOf(plans).sort((a, b) => Number(b === light) - Number(a === light));
  const pictures = [
    throughputPicture(plans),
    ...loads.map((load) => latencyPicture(plans, load)),
    ...loads.map((load) => breakdownPicture(plans, load)),
    ccrPicture(plans),
    podsPicture(plans),
    scatterPicture(plans, tolerance),
  ];
  return pictures.filter((picture) => picture !== null);
}
