import { labelOf, onlyLetter, sizeLabel, variantText } from "../../compare/label.ts";
import type { PlanComparison } from "../../comparison.ts";
import { CATEGORY_COLOURS, CONFIG, SOURCES, VEGA_LITE } from "../config.ts";
import { formatRate } from "../format.ts";
import { panels, sizeLabelsOf } from "../layout.ts";
import type { Picture } from "../picture.ts";

/** Throughput by number of pods on a single node (E4), under saturation; `null` if nowhere two groupings ran. */
export function podsPicture(plans: readonly PlanComparison[]): Picture | null {
  const single = plans.filter((plan) => plan.rate === null && onlyLetter(plan) !== null);
  const counts = (node: string) =>
    new Set(single.filter((plan) => nodeText(plan) === node).map(({ pods }) => pods)).size;
  const shown = single.filter((plan) => counts(nodeText(plan)) >= 2);
  if (shown.length === 0) return null;
  const values = shown.flatMap((plan) =>
    SOURCES.map((source) => {
      const { throughput } = plan[source];
      const size = sizeLabel(plan.size);
      const node = nodeText(plan);
      const text = `${labelOf(plan)} ${size} (${plan.grouping}), ${source}: ${formatRate(throughput)}`;
      return { node, pods: plan.pods, size, source, throughput, text };
    }),
  );
  const sizes = sizeLabelsOf(shown);
  const nodes = [...new Set(values.map(({ node }) => node))];
  const { columns, width } = panels(sizes.length);
  const x = {
    field: "pods",
    type: "ordinal",
    title: "pods",
    axis: { labelAngle: 0 },
  } as const;
  return {
    id: "pods",
    title: "Throughput by number of pods, saturated",
    caption: "The same stages cut into so many pods on one node. Lines join the best grouping of each number.",
    spec: {
      $schema: VEGA_LITE,
      config: CONFIG,
      data: { values },
      columns,
      spacing: 60,
      bounds: "flush",
      facet: { field: "size", type: "nominal", sort: sizes, title: null },
      resolve: { scale: { y: "independent" } },
      spec: {
        width: width - 20,
        height: 180,
        encoding: {
          color: {
            field: "node",
            type: "nominal",
            sort: nodes,
            scale: { domain: nodes, range: CATEGORY_COLOURS },
            legend: { title: null },
          },
        },
        layer: [
          {
            mark: { type: "line", aria: false },
            encoding: {
              x,
              y: {
                field: "throughput",
                aggregate: "max",
                type: "quantitative",
                title: "throughput (frames/s)",
                scale: { nice: true },
                axis: { tickCount: 5 },
              },
              strokeDash: {
                field: "source",
                type: "nominal",
                scale: {
                  domain: [...SOURCES],
                  range: [
                    [1, 0],
                    [5, 4],
                  ],
                },
                legend: { title: null, symbolFillColor: "currentColor", symbolStrokeWidth: 0 },
              },
            },
          },
          {
            mark: { type: "point", filled: true, opacity: 1 },
            encoding: {
              x,
              y: { field: "throughput", type: "quantitative" },
              shape: {
                field: "source",
                type: "nominal",
                scale: { domain: [...SOURCES], range: ["circle", "diamond"] },
                legend: { title: null, symbolFillColor: "currentColor", symbolStrokeWidth: 0 },
              },
              description: { field: "text" },
            },
          },
        ],
      },
    },
  };
}

/** `on S`, `on S w1`: what shares a line. */
function nodeText(plan: PlanComparison): string {
  return `on ${onlyLetter(plan)} ${variantText(plan)}`.trimEnd();
}
