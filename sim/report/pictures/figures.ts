import { labelOf, sizeLabel } from "../../compare/label.ts";
import type { PlanComparison } from "../../comparison.ts";
import { CONFIG, SOURCE_COLOURS, SOURCES, type Source, VEGA_LITE } from "../config.ts";
import { formatRate, formatSeconds, formatSigned } from "../format.ts";
import { labelsOf, loadsOf, panels, sizeLabelsOf } from "../layout.ts";
import type { Picture } from "../picture.ts";

/** A mark of a dot plot: value and its interval, in the axis' unit. */
interface Mark {
  readonly label: string;
  readonly size: string;
  readonly source: Source;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** The mark in words. */
  readonly text: string;
}

/** Measured against predicted throughput, per split and size; under saturation if the run has it. */
export function throughputPicture(plans: readonly PlanComparison[]): Picture {
  const load = loadsOf(plans)[0]!;
  const shown = plans.filter((plan) => plan.load === load);
  return {
    id: "throughput",
    title: `Throughput, ${load === "saturated" ? "saturated" : `load ${load}`}`,
    caption:
      "Frames per second per split and size. Bars: 95 % interval of the prediction; as wide as the range over repeats of the measurement.",
    spec: dotPlot(shown, "throughput (frames/s)", (plan, source) => {
      const { throughput } = plan[source];
      const [low, high] =
        source === "predicted"
          ? plan.predicted.interval.throughput
          : around(throughput, plan.measured.spread?.throughput);
      return { value: throughput, low, high, text: `${formatRate(throughput)}, ${errorText(plan.error.throughput)}` };
    }),
  };
}

/** Measured against predicted median latency at one load, per split and size. */
export function latencyPicture(plans: readonly PlanComparison[], load: string): Picture {
  const shown = plans.filter((plan) => plan.load === load);
  const saturated = shown.some((plan) => plan.rate === null);
  return {
    id: `latency-${load.replace(/[^a-z0-9]+/gi, "-").replace(/-$/, "")}`,
    title: `Median latency, ${saturated ? "saturated" : `load ${load}`}`,
    caption: saturated
      ? "A saturated frame's latency runs from its production and is mostly waiting: the windows are full."
      : "Latency runs from the moment a frame was due. Bars: 95 % interval of the prediction; as wide as the range over repeats of the measurement.",
    spec: dotPlot(shown, "median latency (ms)", (plan, source) => {
      const { p50 } = plan[source].latency;
      const [low, high] =
        source === "predicted" ? plan.predicted.interval.latency.p50 : around(p50, plan.measured.spread?.latency.p50);
      const text = `${formatSeconds(p50)}, ${errorText(plan.error.latency.p50)}`;
      return { value: p50 * 1e3, low: low * 1e3, high: high * 1e3, text };
    }),
  };
}

function dotPlot(
  plans: readonly PlanComparison[],
  title: string,
  of: (plan: PlanComparison, source: Source) => Omit<Mark, "label" | "size" | "source">,
): Picture["spec"] {
  const values: Mark[] = plans.flatMap((plan) =>
    SOURCES.map((source) => {
      const mark = of(plan, source);
      const label = labelOf(plan);
      const size = sizeLabel(plan.size);
      return { ...mark, label, size, source, text: `${label} ${size}, ${source}: ${mark.text}` };
    }),
  );
  const sizes = sizeLabelsOf(plans);
  const { columns, width } = panels(sizes.length);
  return {
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
      encoding: {
        y: { field: "label", type: "nominal", sort: labelsOf(plans), title: null, axis: { grid: true, ticks: false } },
        yOffset: { field: "source", type: "nominal", sort: [...SOURCES] },
        color: {
          field: "source",
          type: "nominal",
          sort: [...SOURCES],
          scale: { domain: [...SOURCES], range: SOURCE_COLOURS },
          legend: { title: null },
        },
        description: { field: "text" },
      },
      layer: [
        {
          mark: { type: "rule", strokeWidth: 3, strokeCap: "round", opacity: 0.45 },
          encoding: {
            x: { field: "low", type: "quantitative", title, scale: { nice: true }, axis: { tickCount: 4, grid: true } },
            x2: { field: "high" },
          },
        },
        {
          mark: { type: "point", filled: true, opacity: 1 },
          encoding: {
            x: { field: "value", type: "quantitative", title },
            shape: {
              field: "source",
              type: "nominal",
              sort: [...SOURCES],
              scale: { domain: [...SOURCES], range: ["circle", "diamond"] },
              legend: { title: null },
            },
          },
        },
      ],
    },
  };
}

function around(value: number, halfSpread: number | undefined): readonly [number, number] {
  return [value * (1 - (halfSpread ?? 0)), value * (1 + (halfSpread ?? 0))];
}

function errorText(error: number): string {
  return `error of the prediction ${formatSigned(error)}`;
}
