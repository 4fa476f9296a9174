import type { Compression } from "../compression.ts";
import { type Arrivals, arrivalsText, type Overflow } from "../disturbance.ts";
import { loadLabel } from "../load.ts";
import type { FrameSize } from "../topology/catalogue.ts";
import { sizeText } from "../topology/size.ts";
import type { Load } from "../topology/topology.ts";

/**
 * Parameters whose values are numbers: bytes per second, seconds, a factor, cores, counts, frames per second. Of what happens during a
 * run: when it begins, ends or is, how long a restart takes, the share of a bandwidth or a speed that is left, and frames of a burst.
 */
export const NUMERIC = [
  ...(["bandwidth", "delay", "speed", "cpus", "quota", "cores"] as const),
  ...(["window", "workers", "rate", "buffer", "frames", "warmup"] as const),
  ...(["from", "until", "at", "restart", "bandwidthLeft", "speedLeft", "burst"] as const),
] as const;
export type Numeric = (typeof NUMERIC)[number];

/** Those that are counts. */
export const COUNTS: readonly Numeric[] = ["cores", "window", "workers", "buffer", "frames", "warmup", "burst"];

/** Those that are times. */
export const TIMES: readonly Numeric[] = ["delay", "from", "until", "at", "restart"];

/** How values lie between two others: by equal differences or equal ratios. */
export type Scale = "lin" | "log";

interface Named {
  /** As `--set` names it: `link.bandwidth`, `nodes.edge.speed`, `size`. */
  readonly key: string;
}

export interface NumericAxis extends Named {
  readonly kind: Numeric;
  /** Name of the link (`edge-server`), node or host that it is of, or a disturbance's index; `null`: all links, or the workload. */
  readonly target: string | null;
  readonly scale: Scale;
  readonly values: readonly number[];
}

/** A parameter of a stage's kernel, or `implementation`: its costs are others, and are measured for each value. */
export interface StageAxis extends Named {
  readonly kind: "stage";
  /** Name of the stage. */
  readonly target: string;
  readonly parameter: string;
  /** As the file has them. */
  readonly values: readonly unknown[];
}

/** A parameter of a topology and the values that it takes in a sweep, in order. Plain data. */
export type Axis =
  | NumericAxis
  | (Named & { readonly kind: "size"; readonly values: readonly FrameSize[] })
  | (Named & { readonly kind: "load"; readonly values: readonly Load[] })
  | (Named & { readonly kind: "compression"; readonly values: readonly Compression[] })
  | (Named & { readonly kind: "arrivals"; readonly values: readonly Arrivals[] })
  | (Named & { readonly kind: "overflow"; readonly values: readonly Overflow[] })
  | StageAxis;

export function isNumeric(axis: Axis): axis is NumericAxis {
  return (NUMERIC as readonly string[]).includes(axis.kind);
}

/** Whether what lies between two values of an axis can be predicted too: costs of other sizes were not measured. */
export function isRefinable(axis: Axis): axis is NumericAxis {
  return isNumeric(axis) && axis.kind !== "workers";
}

/** The value of an axis that lies at a share (0..1) of the way between two others; counts are rounded. */
export function between(axis: NumericAxis, low: number, high: number, share: number): number {
  // Of the scale's own ends nothing is lost to rounding.
  if (share === 0) return low;
  if (share === 1) return high;
  const value = axis.scale === "log" ? low * (high / low) ** share : low + (high - low) * share;
  return COUNTS.includes(axis.kind) ? Math.round(value) : value;
}

/** Inverse of {@link between}: where a value lies from `low` to `high`. */
export function shareOf(axis: NumericAxis, low: number, high: number, value: number): number {
  return axis.scale === "log" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** A value of an axis for human readers: `100 Mbit/s`, `2 ms`, `256x256`, `50%`. */
export function valueText(axis: Axis, index: number): string {
  switch (axis.kind) {
    case "size":
      return sizeText(axis.values[index]!);
    case "load":
      return loadLabel(axis.values[index]!);
    case "compression":
    case "overflow":
      return axis.values[index]!;
    case "arrivals":
      return arrivalsText(axis.values[index]!);
    case "stage":
      return plainText(axis.values[index]);
    default:
      return numberText(axis.kind, axis.values[index]!);
  }
}

function plainText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

const BIT_RATES = [
  { unit: "Gbit/s", bits: 1e9 },
  { unit: "Mbit/s", bits: 1e6 },
  { unit: "kbit/s", bits: 1e3 },
];

/** A number of a kind for human readers, three significant digits. */
export function numberText(kind: Numeric, value: number): string {
  if (TIMES.includes(kind)) return timeText(value);
  switch (kind) {
    case "bandwidth": {
      const bits = Number((value * 8).toPrecision(3));
      const { unit, bits: scale } = BIT_RATES.find((each) => bits >= each.bits) ?? { unit: "bit/s", bits: 1 };
      return `${Number((bits / scale).toPrecision(3))} ${unit}`;
    }
    case "rate":
      return `${Number(value.toPrecision(3))}/s`;
    case "bandwidthLeft":
    case "speedLeft":
      return `${Number((value * 100).toPrecision(3))}%`;
    default:
      return COUNTS.includes(kind) ? String(value) : String(Number(value.toPrecision(3)));
  }
}

function timeText(value: number): string {
  const seconds = Number(value.toPrecision(3));
  if (seconds >= 1) return `${seconds} s`;
  const milliseconds = Number((seconds * 1e3).toPrecision(3));
  return milliseconds >= 1 || seconds === 0 ? `${milliseconds} ms` : `${Number((seconds * 1e6).toPrecision(3))} us`;
}

/** What JSON and CSV hold of a value: numbers in SI units, texts of what has none. */
export function plainValue(axis: Axis, index: number): number | string {
  const value = axis.values[index];
  return typeof value === "number" ? value : valueText(axis, index);
}
