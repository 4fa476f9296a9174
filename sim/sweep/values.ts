import type { ZodType } from "zod";
import { COMPRESSIONS } from "../compression.ts";
import { type Arrivals, OVERFLOWS } from "../disturbance.ts";
import type { FrameSize } from "../topology/catalogue.ts";
import { arrivalsOf, arrivalsSchema } from "../topology/disturbances.ts";
import { valueText } from "../topology/problem.ts";
import { CPUS_ALLOWED, loadSchema, sizeSchema } from "../topology/schema.ts";
import { parseSize } from "../topology/size.ts";
import type { Load } from "../topology/topology.ts";
import {
  BANDWIDTH,
  DURATION,
  PERCENT_PATTERN,
  parsePercent,
  type Quantity,
  RATE,
  type Units,
} from "../topology/units.ts";
import { COUNTS, type Numeric, type Scale, TIMES } from "./axis.ts";

/** What is wrong with the values of a `--set`, and what is allowed instead. */
export interface Refusal {
  readonly value: string;
  readonly message: string;
  readonly allowed: string;
}

/** Values that a text says, as far as they are right. What is wrong is added to the refusals. */
type Parser<T> = (text: string, units: Units, refusals: Refusal[]) => T;

export const MOST_VALUES = 1000;
export const ABOVE_ZERO = "above 0 where steps are of equal ratios";
const RANGE_ALLOWED = `from..to:lin:COUNT or from..to:log:COUNT, two different ends and 2 to ${MOST_VALUES} values`;
const RANGE = /^(.+?)\.\.(.+?):(lin|log):(\d+)$/;
const BARE = /^\d+(\.\d+)?$/;

interface Kind {
  /** The value that a text says; `null` if it says none that is allowed. */
  readonly parse: (text: string, units: Units) => number | null;
  readonly allowed: string;
}

function quantity({ pattern, ...of }: Quantity, least: number, allowed = of.allowed): Kind {
  const parse = (text: string, units: Units) => {
    const value = pattern.test(text) ? units.convert(text, { pattern, ...of }) : Number.NaN;
    return value >= least ? value : null;
  };
  return { parse, allowed };
}

function count(least: number, most: number): Kind {
  const parse = (text: string) => (/^\d+$/.test(text) && +text >= least && +text <= most ? +text : null);
  return { parse, allowed: `an integer from ${least} to ${most}` };
}

/** A decimal above 0. */
function decimal(most: number, allowed: string): Kind {
  return { parse: (text) => (BARE.test(text) && +text > 0 && +text <= most ? +text : null), allowed };
}

const CPUS = decimal(4096, CPUS_ALLOWED);
const AT = quantity(DURATION, 0);
const KINDS: Readonly<Record<Numeric, Kind>> = {
  bandwidth: quantity(BANDWIDTH, Number.MIN_VALUE),
  delay: quantity(DURATION, 0),
  rate: quantity(RATE, Number.MIN_VALUE),
  speed: decimal(Number.POSITIVE_INFINITY, "a number above 0"),
  cpus: CPUS,
  quota: CPUS,
  cores: count(1, 4096),
  window: count(1, 1_000_000),
  workers: count(0, 64),
  buffer: count(0, 16_384),
  frames: count(2, 10_000_000),
  warmup: count(0, 10_000_000),
  from: AT,
  until: AT,
  at: AT,
  restart: quantity(DURATION, Number.MIN_VALUE, `above 0: ${DURATION.allowed}`),
  bandwidthLeft: { parse: shareOf, allowed: "the share that is left, from 0% to 100%" },
  speedLeft: { parse: (text) => shareOf(text) || null, allowed: "the share that is left, above 0% and at most 100%" },
  burst: count(1, 1_000_000),
};

function shareOf(text: string): number | null {
  const share = PERCENT_PATTERN.test(text) ? parsePercent(text) : Number.NaN;
  return share <= 1 ? share : null;
}

/** Numbers of a list or of a range, and how those between them are spaced. */
export function numbers(
  kind: Numeric,
  text: string,
  units: Units,
  refusals: Refusal[],
): { readonly values: readonly number[]; readonly scale: Scale } {
  const { parse, allowed } = KINDS[kind];
  const read = (one: string): number => parse(one, units) ?? refuse(one, allowed, refusals) ?? Number.NaN;
  if (text.includes("..")) {
    const range = rangeOf(text, refusals);
    if (range === null) return { values: [], scale: "lin" };
    const { scale, count } = range;
    const [low, high] = withUnit(kind, range.ends).map(read) as [number, number];
    if (Number.isNaN(low + high)) return { values: [], scale };
    if (low === high) refuse(text, RANGE_ALLOWED, refusals);
    if (scale === "log" && low * high === 0) refuse("0", ABOVE_ZERO, refusals);
    return { values: spaced(low, high, scale, count, COUNTS.includes(kind)), scale };
  }
  const values = withUnit(kind, items(text)).map(read);
  const wide = Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) >= 10;
  return { values, scale: wide ? "log" : "lin" };
}

/**
 * Values from one end to the other, both exact, with equal differences or equal ratios between them. Counts are rounded, and
 * those that fall together are there once.
 */
export function spaced(low: number, high: number, scale: Scale, count: number, whole: boolean): readonly number[] {
  const values = Array.from({ length: count }, (_, i) => {
    if (i === 0) return low;
    if (i === count - 1) return high;
    const share = i / (count - 1);
    const value = scale === "log" ? low * (high / low) ** share : low + (high - low) * share;
    return whole ? Math.round(value) : value;
  });
  return [...new Set(values)];
}

/** Sizes of a list, or of a range of edge lengths: `128..1024:log:4` is 128, 256, 512 and 1024. */
export const sizes: Parser<readonly FrameSize[]> = (text, _units, refusals) => {
  if (!text.includes("..")) {
    return items(text).flatMap((one) => (fits(sizeSchema, one, refusals) ? [parseSize(one)] : []));
  }
  const range = rangeOf(text, refusals);
  if (range === null) return [];
  const wrong = range.ends.filter((end) => !/^[1-9]\d{0,4}$/.test(end));
  for (const end of wrong) refuse(end, "an edge length from 1 to 99999 where sizes are a range", refusals);
  const [low, high] = range.ends.map(Number) as [number, number];
  if (wrong.length > 0) return [];
  return spaced(low, high, range.scale, range.count, true).map((edge) => ({ height: edge, width: edge }));
};

export const loads: Parser<readonly Load[]> = (text, units, refusals) =>
  items(text).flatMap((one): Load[] => {
    if (!fits(loadSchema, one, refusals)) return [];
    if (one === "saturated") return [{ kind: "saturated" }];
    if (one.endsWith("%")) return [{ kind: "fraction", fraction: parsePercent(one) }];
    return [{ kind: "rate", rate: units.convert(one, RATE) }];
  });

export const compressions = someOf(COMPRESSIONS);

export const overflows = someOf(OVERFLOWS);

export const arrivals: Parser<readonly Arrivals[]> = (text, units, refusals) =>
  items(text).flatMap((one) =>
    fits(arrivalsSchema, one, refusals) ? [arrivalsOf(one, units) ?? { kind: "constant" as const }] : [],
  );

function someOf<T extends string>(names: readonly T[]): Parser<readonly T[]> {
  return (text, _units, refusals) =>
    items(text).flatMap((one) => {
      const known = names.find((name) => name === one);
      if (known === undefined) refuse(one, names.join(" or "), refusals);
      return known ?? [];
    });
}

function fits(schema: ZodType, text: string, refusals: Refusal[]): boolean {
  const result = schema.safeParse(text);
  if (!result.success) refuse(text, result.error.issues[0]!.message, refusals);
  return result.success;
}

/** Ends, scale and number of values of a range; `null` with a refusal if the text is none. */
export function rangeOf(text: string, refusals: Refusal[]) {
  const [, from, to, scale, digits] = RANGE.exec(text.trim()) ?? [];
  const count = Number(digits);
  if (from === undefined || !(count >= 2 && count <= MOST_VALUES) || from === to) {
    refuse(text, RANGE_ALLOWED, refusals);
    return null;
  }
  return { ends: [from, to!], scale: scale as Scale, count };
}

export function refuse(value: string, allowed: string, refusals: Refusal[]): undefined {
  refusals.push({ value, message: `${valueText(value)} is not allowed`, allowed });
}

/** Elements of a list, of which some may be lists in brackets. */
export function items(text: string): string[] {
  return text.split(/,(?![^[]*\])/).map((one) => one.trim());
}

const WITH_UNIT: readonly Numeric[] = ["bandwidth", "rate", "bandwidthLeft", "speedLeft"];

/** Units may be left out where a later value has one: `10..1000Mbit/s`, `1,2,5 ms`. Bare rates are frames per second. */
function withUnit(kind: Numeric, texts: readonly string[]): string[] {
  if (!TIMES.includes(kind) && !WITH_UNIT.includes(kind)) return [...texts];
  let unit = kind === "rate" ? "/s" : "";
  return texts
    .toReversed()
    .map((text) => {
      if (BARE.test(text)) return `${text}${unit}`;
      unit = text.replace(/^\d+(\.\d+)?\s*/, "");
      return text;
    })
    .toReversed();
}
