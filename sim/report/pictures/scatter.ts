import { labelOf, sizeLabel } from "../../compare/label.ts";
import type { PlanComparison, Tolerance } from "../../comparison.ts";
import { CATEGORY_COLOURS, CONFIG, VEGA_LITE } from "../config.ts";
import { formatRate, formatSeconds, formatSigned } from "../format.ts";
import { loadsOf, sizeLabelsOf } from "../layout.ts";
import type { Picture } from "../picture.ts";
import { logDomain, logTicks } from "../ticks.ts";

const WIDTH = 370;

interface Dot {
  readonly load: string;
  readonly size: string;
  readonly measured: number;
  readonly predicted: number;
  /** Percent. */
  readonly error: number;
  readonly text: string;
}

interface Panel {
  readonly title: string;
  readonly tolerance: number;
  readonly values: readonly Dot[];
}

/** Predicted against measured, every plan a mark: throughput and median latency, each with its relative error below. */
export function scatterPicture(plans: readonly PlanComparison[], tolerance: Tolerance): Picture {
  const dot = (plan: PlanComparison, measured: number, predicted: number, error: number, text: string): Dot => {
    const size = sizeLabel(plan.size);
    const { load } = plan;
    return { load, size, measured, predicted, error: error * 100, text: `${labelOf(plan)} ${size} ${load}: ${text}` };
  };
  const throughput = plans.map((plan) => {
    const [measured, predicted, error] = [plan.measured.throughput, plan.predicted.throughput, plan.error.throughput];
    const text = `${formatRate(predicted)} predicted, ${formatRate(measured)} measured (${formatSigned(error)})`;
    return dot(plan, measured, predicted, error, text);
  });
  const latency = plans.map((plan) => {
    const [measured, predicted, error] = [plan.measured, plan.predicted, plan.error].map(({ latency }) => latency.p50);
    const text = `${formatSeconds(predicted!)} predicted, ${formatSeconds(measured!)} measured (${formatSigned(error!)})`;
    return dot(plan, measured! * 1e3, predicted! * 1e3, error!, text);
  });
  const rates: Panel = { title: "throughput (frames/s)", tolerance: tolerance.throughput, values: throughput };
  const times: Panel = { title: "median latency (ms)", tolerance: tolerance.p50, values: latency };
  return {
    id: "scatter",
    title: "Predicted against measured",
    caption:
      "Every plan is one mark; on the line the prediction is right, between the dashes it is within tolerance. " +
      "Below, the same marks by relative error.",
    spec: {
      $schema: VEGA_LITE,
      config: CONFIG,
      hconcat: [rates, times].map((panel) => ({
        spacing: 40,
        bounds: "flush",
        vconcat: [scatter(panel, plans), residuals(panel, plans)],
      })),
      spacing: 40,
    },
  };
}

function scatter({ title, tolerance, values }: Panel, plans: readonly PlanComparison[]) {
  const shown = positive(values);
  const [low, high] = logDomain(shown.flatMap(({ measured, predicted }) => [measured, predicted]));
  const axes = logAxes(low, high);
  return {
    width: WIDTH,
    height: WIDTH,
    layer: [
      ...[0, tolerance, -tolerance].map((offset) => ({
        data: { values: [low, high].map((x) => ({ measured: x, predicted: x * (1 + offset) })) },
        mark: guide(offset),
        encoding: {
          x: { field: "measured", type: "quantitative", title: null, ...axes } as const,
          y: { field: "predicted", type: "quantitative", title: `predicted ${title}`, ...axes } as const,
        },
      })),
      {
        data: { values: [...shown] },
        mark: { type: "point", filled: true, opacity: 0.85, size: 50 } as const,
        encoding: {
          x: { field: "measured", type: "quantitative" } as const,
          y: { field: "predicted", type: "quantitative" } as const,
          ...kinds(plans),
        },
      },
    ],
  };
}

function residuals({ title, tolerance, values }: Panel, plans: readonly PlanComparison[]) {
  const shown = positive(values);
  const [low, high] = logDomain(shown.flatMap(({ measured, predicted }) => [measured, predicted]));
  return {
    width: WIDTH,
    height: 150,
    layer: [
      ...[0, tolerance, -tolerance].map((offset) => ({
        data: { values: [{ error: offset * 100 }] },
        mark: { ...guide(offset), type: "rule" as const },
        encoding: { y: { field: "error", type: "quantitative" } as const },
      })),
      {
        data: { values: [...shown] },
        mark: { type: "point", filled: true, opacity: 0.85, size: 50 } as const,
        encoding: {
          x: { field: "measured", type: "quantitative", title: `measured ${title}`, ...logAxes(low, high) } as const,
          y: {
            field: "error",
            type: "quantitative",
            title: "error (%)",
            scale: { nice: true },
            axis: { tickCount: 5, format: "+~r" },
          } as const,
          ...kinds(plans),
        },
      },
    ],
  };
}

function positive(values: readonly Dot[]): readonly Dot[] {
  return values.filter(({ measured, predicted }) => measured > 0 && predicted > 0);
}

function logAxes(low: number, high: number) {
  return {
    scale: { type: "log" as const, domain: [low, high], nice: false },
    axis: { values: logTicks(low, high), format: "~g" },
  };
}

/** Line of equality (offset 0), or edge of the tolerance. */
function guide(offset: number) {
  return {
    type: "line" as const,
    color: "currentColor",
    opacity: offset === 0 ? 0.7 : 0.5,
    strokeWidth: 1,
    strokeDash: offset === 0 ? [1, 0] : [4, 4],
    clip: true,
    aria: false,
  };
}

/** Colour by size, shape by load. */
function kinds(plans: readonly PlanComparison[]) {
  const sizes = sizeLabelsOf(plans);
  const loads = loadsOf(plans);
  return {
    color: {
      field: "size",
      type: "nominal",
      sort: sizes,
      scale: { domain: sizes, range: CATEGORY_COLOURS },
      legend: { title: null },
    } as const,
    shape: {
      field: "load",
      type: "nominal",
      sort: loads,
      scale: { domain: loads, range: ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"] },
      legend: { title: null, symbolFillColor: "currentColor", symbolStrokeWidth: 0 },
    } as const,
    description: { field: "text" } as const,
  };
}
