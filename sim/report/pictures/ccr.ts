import { isMonolith, isOnePodPerStage, labelOf, lightestLoad, onlyLetter, sizeLabel } from "../../compare/label.ts";
import type { PlanComparison } from "../../comparison.ts";
import { CATEGORY_COLOURS, CONFIG, SOURCES, VEGA_LITE } from "../config.ts";
import { formatRatio } from "../format.ts";
import { labelsOf, loadsOf, sizeLabelsOf } from "../layout.ts";
import type { Picture } from "../picture.ts";
import { logDomain, logTicks } from "../ticks.ts";

/** Communication-to-computation ratio by size (E2), one pod per stage, at the lightest load; `null` if there is none. */
export function ccrPicture(plans: readonly PlanComparison[]): Picture | null {
  const load = lightestLoad(plans) ?? loadsOf(plans)[0];
  // A monolith has no communication, and 0 has no place on a logarithmic axis.
  const separate = plans.filter((plan) => plan.load === load && isOnePodPerStage(plan) && !isMonolith(plan));
  const shown = labelsOf(separate).length <= CATEGORY_COLOURS.length ? separate : separate.filter(onlyLetter);
  const values = shown.flatMap((plan) =>
    SOURCES.filter((source) => plan[source].ccr > 0).map((source) => {
      const size = sizeLabel(plan.size);
      const label = labelOf(plan);
      const { ccr } = plan[source];
      return { label, size, source, ccr, text: `${label} ${size}, ${source}: ${formatRatio(ccr)}` };
    }),
  );
  if (values.length === 0) return null;
  const labels = labelsOf(shown);
  const [low, high] = logDomain([...values.map(({ ccr }) => ccr), 1]);
  const encoding = {
    x: {
      field: "size",
      type: "ordinal",
      sort: sizeLabelsOf(shown),
      title: "size (pixels)",
      axis: { labelAngle: 0, grid: true },
    },
    y: {
      field: "ccr",
      type: "quantitative",
      title: "ratio (logarithmic)",
      scale: { type: "log", domain: [low, high] as number[], nice: false },
      axis: { format: "~g", values: logTicks(low, high) as number[] },
    },
    color: {
      field: "label",
      type: "nominal",
      sort: labels,
      scale: { domain: labels, range: CATEGORY_COLOURS },
      legend: { title: null },
    },
  } as const;
  const dashes = {
    field: "source",
    type: "nominal",
    scale: { domain: [...SOURCES], range: [[1, 0] as number[], [5, 4] as number[]] as number[][] },
    legend: { title: null, symbolFillColor: "currentColor", symbolStrokeWidth: 0 },
  } as const;
  const shapes = {
    field: "source",
    type: "nominal",
    scale: { domain: [...SOURCES], range: ["circle", "diamond"] as string[] },
    legend: { title: null, symbolFillColor: "currentColor", symbolStrokeWidth: 0 },
  } as const;
  return {
    id: "ccr",
    title: `Communication-to-computation ratio, load ${load}`,
    caption: "Link, decode and send over compute, one pod per stage; below the line at 1, computing dominates.",
    spec: {
      $schema: VEGA_LITE,
      config: CONFIG,
      width: 780,
      height: 260,
      layer: [
        {
          data: { values: [{ ccr: 1 }] },
          mark: { type: "rule", color: "currentColor", opacity: 0.6, strokeDash: [2, 3], aria: false },
          encoding: { y: { field: "ccr", type: "quantitative" } },
        },
        { data: { values }, mark: { type: "line", aria: false }, encoding: { ...encoding, strokeDash: dashes } },
        {
          data: { values },
          mark: { type: "point", filled: true, opacity: 1 },
          encoding: { ...encoding, shape: shapes, description: { field: "text" } },
        },
      ],
    },
  };
}
