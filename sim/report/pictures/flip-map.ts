import { labelOf } from "../../compare/label.ts";
import { mean } from "../../statistics/moments.ts";
import { type Axis, isRefinable, valueText } from "../../sweep/axis.ts";
import type { PointDecision } from "../../sweep/decide.ts";
import type { Flip, Outcome } from "../../sweep/flips.ts";
import { coordinatesOf } from "../../sweep/sweep.ts";
import { CATEGORY_COLOURS, CONFIG, VEGA_LITE } from "../config.ts";
import { formatShare } from "../format.ts";
import type { Picture } from "../picture.ts";
import { formatFigure, relative } from "../sweep-table.ts";

const WIDTH = 760;
const ROW = { least: 34, most: 80, all: 440 };
/** Of a best split beyond those that have a colour of their own. */
const OTHERS = "others";
const DIAGONALS = [-0.5, 0, 0.5];

/** The axes of a picture, by their index: `y` is `null` where one parameter is swept. */
export interface Plane {
  readonly x: number;
  readonly y: number | null;
}

/** Points of a sweep that are one picture: the plane's, with one value of every other axis. */
export interface Slice {
  readonly plane: Plane;
  readonly decisions: readonly PointDecision[];
  readonly flips: readonly Flip[];
  /** `load 50%, window 8`; empty where there is no other axis. */
  readonly name: string;
}

/** The plane of a sweep: its first two axes of several values, those before others that flips can be found along. */
export function planeOf({ sweep: { axes } }: Outcome): Plane | null {
  const several = axes.flatMap((axis, index) => (axis.values.length > 1 ? [{ axis, index }] : []));
  const [x, y] = several.sort((a, b) => Number(isRefinable(b.axis)) - Number(isRefinable(a.axis)));
  return x === undefined ? null : { x: x.index, y: y?.index ?? null };
}

/** One slice for each combination of values of the axes that are not the plane's. */
export function slicesOf(outcome: Outcome, flips: readonly Flip[], plane: Plane): Slice[] {
  const { sweep, decisions } = outcome;
  const others = sweep.axes.flatMap((axis, index) =>
    index === plane.x || index === plane.y || axis.values.length < 2 ? [] : [{ axis, index }],
  );
  const nameAt = (coordinates: readonly number[]) =>
    others.map(({ axis, index }) => `${axis.key} ${valueText(axis, coordinates[index]!)}`).join(", ");
  const shown = [plane.x, plane.y].flatMap((index) => (index === null ? [] : [sweep.axes[index]!.key]));
  const grouped = Map.groupBy(decisions, ({ point }) => nameAt(coordinatesOf(sweep, point)));
  return [...grouped].map(([name, within]) => ({
    plane,
    name,
    decisions: within,
    flips: flips.filter((flip) => shown.includes(flip.axis) && nameAt(flip.coordinates) === name),
  }));
}

interface Cell {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  readonly best: string;
  readonly rival: string | null;
  readonly text: string;
}

/** Heat map of the best split over one or two parameters: colour says which, a line where it changes, hatching where that is in doubt. */
export function flipMap(outcome: Outcome, slice: Slice, number: number): Picture {
  const { sweep } = outcome;
  const { plane, name } = slice;
  const [x, y] = [sweep.axes[plane.x]!, plane.y === null ? null : sweep.axes[plane.y]!];
  const names = colourNames(outcome);
  const cells = cellsOf(outcome, slice, names);
  const rows = y?.values.length ?? 1;
  const height = Math.min(ROW.all, Math.max(ROW.least * rows, Math.min(ROW.most * rows, 240)));
  const color = {
    field: "best",
    type: "nominal",
    scale: { domain: names, range: coloursOf(names) },
    legend: { title: "best split", symbolType: "square" },
  } as const;
  const place = {
    x: { field: "x0", type: "quantitative", ...scaleOf(x) },
    x2: { field: "x1" },
    y: { field: "y0", type: "quantitative", ...scaleOf(y) },
    y2: { field: "y1" },
  } as const;
  const doubtful = cells.filter(({ rival }) => rival !== null);
  const suffix = name === "" ? "" : ` at ${name}`;
  return {
    id: `flip-map-${number}`,
    title: `Best split${suffix}`,
    caption:
      "Colour is the best split by the prediction. Black lines are where it changes, found between the points, with their 95 % " +
      "interval in grey where it is wide enough to see. Pale and hatched: it can't be told apart from the split of the hatching's colour.",
    spec: {
      $schema: VEGA_LITE,
      config: CONFIG,
      width: WIDTH,
      height,
      layer: [
        {
          data: { values: cells.map((cell) => ({ ...cell, doubt: cell.rival !== null })) },
          // The outline closes the seams that rounding to pixels leaves.
          mark: { type: "rect", strokeWidth: 0.7 },
          encoding: {
            ...place,
            color,
            stroke: { ...color, legend: null },
            opacity: { condition: { test: "datum.doubt", value: 0.4 }, value: 0.92 },
            description: { field: "text" },
          },
        },
        {
          data: { values: doubtful.flatMap(hatching) },
          mark: { type: "rule", strokeWidth: 2.5, opacity: 0.9, aria: false },
          encoding: { ...place, color: { ...color, field: "rival" } },
        },
        {
          data: { values: bands(slice, sweep.axes) },
          mark: { type: "rect", color: "#000", opacity: 0.25, aria: false },
          encoding: place,
        },
        {
          data: { values: lines(slice, sweep.axes) },
          mark: { type: "rule", color: "#000", strokeWidth: 2 },
          encoding: { ...place, description: { field: "text" } },
        },
      ],
    },
  };
}

/** An axis by the indices of its values, labelled with the values themselves: whatever their spacing, every cell is as wide. */
function scaleOf(axis: Axis | null) {
  const count = axis?.values.length ?? 1;
  const labels = axis === null ? [""] : axis.values.map((_, i) => valueText(axis, i));
  return {
    title: axis?.key ?? null,
    scale: { domain: [-0.5, count - 0.5] as number[], nice: false, zero: false },
    axis: {
      values: Array.from({ length: count }, (_, i) => i) as number[],
      labelExpr: `${JSON.stringify(labels)}[datum.value]`,
      grid: false,
      labelAngle: 0,
      ticks: axis !== null,
    },
  } as const;
}

function cellsOf(outcome: Outcome, { plane, decisions, flips }: Slice, names: readonly string[]): Cell[] {
  const { sweep, figure } = outcome;
  const cells = decisions.map((decision): Cell & { readonly x: number; readonly y: number } => {
    const coordinates = coordinatesOf(sweep, decision.point);
    const [x, y] = [coordinates[plane.x]!, plane.y === null ? 0 : coordinates[plane.y]!];
    const { best, rivals } = decision;
    const bounds = { x0: x - 0.5, x1: x + 0.5, y0: y - 0.5, y1: y + 0.5 };
    const rival = rivals[0] === undefined ? null : colourName(labelOf(rivals[0]), names);
    const where = sweep.axes.map((axis, i) => valueText(axis, coordinates[i]!)).join(", ");
    const value = mean(best.samples[figure]);
    const text = `${where}: ${labelOf(best)} ${formatFigure(figure, value)}${aheadText(decision, value)}`;
    return { ...bounds, x, y, best: colourName(labelOf(best), names), rival, text };
  });
  // A boundary is drawn where the flip was found, not halfway between the points.
  const key = sweep.axes[plane.x]!.key;
  for (const { axis, position, coordinates } of flips) {
    const row = plane.y === null ? 0 : coordinates[plane.y]!;
    if (axis !== key) continue;
    for (const cell of cells.filter(({ y }) => y === row)) {
      if (cell.x === Math.floor(position)) cell.x1 = position;
      if (cell.x === Math.floor(position) + 1) cell.x0 = position;
    }
  }
  return cells.map(({ x: _, y: __, ...cell }) => cell);
}

function aheadText({ second, lead, rivals }: PointDecision, value: number): string {
  if (second === null || lead === null) return "";
  const { mean, interval } = relative(lead, value);
  const [low, high] = interval.map(formatShare);
  const close = rivals.length === 0 ? "" : `; can't be told apart from ${rivals.map(labelOf).join(", ")}`;
  return `, ${formatShare(mean)} ahead of ${labelOf(second)} (${low} to ${high})${close}`;
}

/** Diagonals of a cell, from below to above. */
function hatching({ x0, x1, y0, y1, rival }: Cell) {
  const [width, height] = [x1 - x0, y1 - y0];
  return DIAGONALS.map((shift) => {
    const [from, to] = [Math.max(0, shift), Math.min(1, 1 + shift)];
    return {
      rival,
      x0: x0 + from * width,
      x1: x0 + to * width,
      y0: y0 + (from - shift) * height,
      y1: y0 + (to - shift) * height,
    };
  });
}

function lines(slice: Slice, axes: readonly Axis[]) {
  return slice.flips
    .filter(({ axis }) => isRefinable(axes.find(({ key }) => key === axis)!))
    .map((flip) => {
      const text = `${flip.from} to ${flip.to} at ${flip.axis} ${flip.text}`;
      return { text, ...strip(slice, axes, flip, flip.position, flip.position) };
    });
}

function bands(slice: Slice, axes: readonly Axis[]) {
  return slice.flips
    .filter(({ interval }) => interval !== null)
    .map((flip) => {
      const count = axes.find(({ key }) => key === flip.axis)!.values.length;
      const [low, high] = flip.positions;
      return strip(slice, axes, flip, low ?? -0.5, high ?? count - 0.5);
    });
}

/** Across the line of points that a flip is on, from one place to another along its axis; short where flips go both ways. */
function strip({ plane }: Slice, axes: readonly Axis[], { axis, coordinates }: Flip, low: number, high: number) {
  const [x, y] = [coordinates[plane.x]!, plane.y === null ? 0 : coordinates[plane.y]!];
  const half = plane.y !== null && isRefinable(axes[plane.y]!) ? 0.2 : 0.5;
  return axis === axes[plane.x]!.key
    ? { x0: low, x1: high, y0: y - half, y1: y + half }
    : { x0: x - half, x1: x + half, y0: low, y1: high };
}

/** Best splits and their rivals in the order of the candidates; those that have no colour left are together. */
function colourNames({ decisions, units }: Outcome): string[] {
  const wins = new Map<string, number>();
  const order = new Map([...units.values()].flat().map((unit) => [labelOf(unit), unit.candidate]));
  for (const { best, rivals } of decisions) {
    const shown = [best, ...rivals.slice(0, 1)].map(labelOf);
    for (const [i, label] of shown.entries()) wins.set(label, (wins.get(label) ?? 0) + (i === 0 ? 1 : 1e-3));
  }
  const ranked = [...wins].sort(([, a], [, b]) => b - a).map(([label]) => label);
  const most = CATEGORY_COLOURS.length;
  const own = ranked.length <= most ? ranked : ranked.slice(0, most - 1);
  const sorted = own.sort((a, b) => order.get(a)! - order.get(b)!);
  return own.length < ranked.length ? [...sorted, OTHERS] : sorted;
}

function colourName(label: string, names: readonly string[]): string {
  return names.includes(label) ? label : OTHERS;
}

function coloursOf(names: readonly string[]): string[] {
  return names.map((name, i) => (name === OTHERS ? CATEGORY_COLOURS.at(-1)! : CATEGORY_COLOURS[i]!));
}
