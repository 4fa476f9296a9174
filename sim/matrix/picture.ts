import type { TopLevelSpec } from "vega-lite";
import { CONFIG, VEGA_LITE } from "../report/config.ts";
import { formatShare } from "../report/format.ts";
import { boundOf, figureOf, type Metric } from "./bounds.ts";
import type { LoadClass } from "./load-class.ts";
import type { MatrixPlan } from "./outcome.ts";
import { shortLabel } from "./plan-name.ts";

const PANELS: readonly { readonly title: string; readonly load: LoadClass; readonly metric: Metric }[] = [
  { title: "saturated throughput", load: "saturated", metric: "throughput" },
  { title: "mean latency up to 85 %", load: "up to 85 %", metric: "mean" },
  { title: "p95 up to 85 %", load: "up to 85 %", metric: "p95" },
];

const SERIES = ["calibrated", "spread of the runs", "uncalibrated"] as const;
const COLOURS = ["#e08b00", "#1a7fc1", "#b4b4b4"];
/** Errors below this are drawn there: a logarithm has no 0. */
const LEAST = 1e-4;

/**
 * Each plan's errors beside the spread of its runs, a panel a figure, plans in order of their calibrated error; a line marks the
 * bound. The page is white, as the file stands by itself.
 */
export function matrixPicture(plans: readonly MatrixPlan[]): TopLevelSpec {
  const values = PANELS.flatMap(({ title, load, metric }) => {
    const shown = plans
      .filter((plan) => plan.class === load)
      .map((plan) => ({ plan, error: Math.abs(figureOf(plan.comparison.error, metric)) }))
      .sort((a, b) => a.error - b.error);
    return shown.flatMap(({ plan, error }, rank) => {
      const { measured } = plan.comparison;
      const figures: Record<(typeof SERIES)[number], number | null> = {
        calibrated: error,
        "spread of the runs": measured.spread === null ? null : figureOf(measured.spread, metric),
        uncalibrated: Math.abs(figureOf(plan.uncalibrated.error, metric)),
      };
      return SERIES.flatMap((series) => {
        const figure = figures[series];
        if (figure === null) return [];
        const text = `${plan.cell.name} ${shortLabel(plan.comparison)} ${plan.comparison.load}: ${series} ${formatShare(figure)}`;
        return [{ panel: title, rank, series, percent: 100 * Math.max(LEAST, figure), text }];
      });
    });
  });
  const bounds = PANELS.flatMap(({ title, load, metric }) => {
    const bound = boundOf(load, metric);
    return bound === null ? [] : [{ panel: title, bound: 100 * bound.each }];
  });
  const x = { field: "rank", type: "quantitative", title: "plans, by error", axis: { grid: false } } as const;
  const y = (field: string) =>
    ({ field, type: "quantitative", scale: { type: "log" }, title: "per cent", axis: { format: "~g" } }) as const;
  return {
    $schema: VEGA_LITE,
    config: { ...CONFIG, background: "white" },
    data: { values: [...values, ...bounds] },
    columns: PANELS.length,
    spacing: 24,
    facet: { field: "panel", type: "nominal", sort: PANELS.map(({ title }) => title), title: null },
    spec: {
      width: 250,
      height: 220,
      layer: [
        {
          transform: [{ filter: "isValid(datum.bound)" }],
          mark: { type: "rule", strokeDash: [4, 3], opacity: 0.6 },
          encoding: { y: y("bound") },
        },
        {
          transform: [{ filter: "isValid(datum.percent)" }],
          mark: { type: "point", filled: true, size: 14, opacity: 0.8 },
          encoding: {
            x,
            y: y("percent"),
            color: {
              field: "series",
              type: "nominal",
              scale: { domain: [...SERIES], range: COLOURS },
              legend: { title: null },
            },
            description: { field: "text" },
          },
        },
      ],
    },
    resolve: { scale: { x: "independent" } },
  };
}
