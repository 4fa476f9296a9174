import { labelOf, sizeLabel } from "../../compare/label.ts";
import { TERMS } from "../../compare/measured.ts";
import type { PlanComparison } from "../../comparison.ts";
import { CONFIG, SOURCES, TERM_COLOURS, VEGA_LITE } from "../config.ts";
import { formatSeconds } from "../format.ts";
import { labelsOf, panels, sizeLabelsOf } from "../layout.ts";
import type { Picture } from "../picture.ts";

/** Mean latency by cause, summed over pods: measured above predicted, per split and size, at one load. */
export function breakdownPicture(plans: readonly PlanComparison[], load: string): Picture {
  const shown = plans.filter((plan) => plan.load === load);
  const values = shown.flatMap((plan) =>
    SOURCES.flatMap((source) =>
      TERMS.map((term, order) => {
        const seconds = plan[source].terms.reduce((sum, pod) => sum + pod[term], 0);
        const label = labelOf(plan);
        const size = sizeLabel(plan.size);
        const text = `${label} ${size}, ${source}: ${term} ${formatSeconds(seconds)}`;
        return { label, size, source, term, order, milliseconds: seconds * 1e3, text };
      }),
    ),
  );
  const sizes = sizeLabelsOf(shown);
  const { columns, width } = panels(sizes.length);
  const saturated = shown.some((plan) => plan.rate === null);
  return {
    id: `breakdown-${load.replace(/[^a-z0-9]+/gi, "-").replace(/-$/, "")}`,
    title: `Where the time goes, ${saturated ? "saturated" : `load ${load}`}`,
    caption:
      "Mean latency by cause, summed over pods: measured in full colour, the prediction fainter right below it. " +
      "Send includes waiting for the hop's window.",
    spec: {
      $schema: VEGA_LITE,
      config: CONFIG,
      data: { values },
      columns,
      spacing: 20,
      facet: { field: "size", type: "nominal", sort: sizes, title: null },
      resolve: { scale: { x: "independent" } },
      spec: {
        width,
        height: { step: 11, for: "offset" },
        mark: { type: "bar" },
        encoding: {
          y: { field: "label", type: "nominal", sort: labelsOf(shown), title: null, axis: { ticks: false } },
          yOffset: { field: "source", type: "nominal", sort: [...SOURCES] },
          x: {
            field: "milliseconds",
            type: "quantitative",
            title: "mean latency (ms)",
            stack: "zero",
            scale: { nice: true },
            axis: { tickCount: 4 },
          },
          color: {
            field: "term",
            type: "nominal",
            scale: { domain: [...TERMS], range: TERMS.map((term) => TERM_COLOURS[term]) },
            legend: { title: null },
          },
          opacity: {
            field: "source",
            type: "ordinal",
            scale: { domain: [...SOURCES], range: [1, 0.55] },
            legend: { title: null, symbolType: "square", symbolFillColor: "currentColor", symbolStrokeWidth: 0 },
          },
          order: { field: "order", type: "ordinal" },
          description: { field: "text" },
        },
      },
    },
  };
}
