import type { FrameShape } from "../../sim/frame.ts";
import type { RowsTransform } from "../kernel.ts";
import { engine } from "./engine.ts";
import { freeWith, Holdings } from "./holdings.ts";
import { strides } from "./transform.ts";

/** What a band's rows between transforms may take, bytes: about half of a small second-level cache. */
const BAND_BYTES = 192 * 1024;

/** Transforms one after the other, each band of rows through all of them before the next. */
export interface Bands {
  /** @param input, output addresses of whole frames. */
  run(input: number, output: number): void;
  release(): void;
}

/** A step of the schedule, which is the same for every frame: some rows of one transform, or rows kept for the next band. */
type Step =
  | {
      readonly transform: RowsTransform;
      /** Added to the frame's address where input or output is the whole frame's. */
      readonly input: number;
      readonly inPlane: number;
      readonly output: number;
      readonly outPlane: number;
      readonly first: boolean;
      readonly last: boolean;
      readonly from: number;
      readonly to: number;
    }
  | { readonly transform: null; readonly from: number; readonly to: number; readonly bytes: number };

/** Rows that are there between two transforms. */
interface Window {
  readonly shape: FrameShape;
  /** Rows that it has room for. */
  rows: number;
  address: number;
  start: number;
  end: number;
}

/**
 * Bands of rows, the same bytes as one transform after the other: each row is computed once, and kept as long as a later band
 * needs it. @param transforms at least one.
 */
export function prepareBands(transforms: readonly RowsTransform[], input: FrameShape): Bands {
  const holdings = new Holdings();
  const windows = transforms
    .slice(0, -1)
    .map(({ output }) => ({ shape: output, rows: 0, address: 0, start: 0, end: 0 }));
  const height = bandHeight(transforms);
  // Once to see how many rows each window takes, then with its memory.
  schedule(transforms, input, windows, height);
  for (const window of windows) {
    window.address = holdings.take(window.rows * strides(window.shape).row * window.shape.channels).address;
  }
  const steps = schedule(transforms, input, windows, height);
  const { copy } = engine("simd128").run;
  const bands: Bands = {
    run(from, to) {
      for (const step of steps) {
        if (step.transform === null) copy(step.from, step.to, step.bytes);
        else {
          const input = step.first ? from + step.input : step.input;
          const output = step.last ? to + step.output : step.output;
          step.transform.run(input, step.inPlane, output, step.outPlane, step.from, step.to);
        }
      }
    },
    release: () => holdings.release(),
  };
  return freeWith(bands, holdings);
}

/** Rows of the last output that are computed at once. */
function bandHeight(transforms: readonly RowsTransform[]): number {
  const { height } = transforms.at(-1)!.output;
  let bytes = 0;
  // In the middle of the frame, where no border hides what more rows need.
  const middle = Math.floor(height / 2);
  const many = Math.min(16, height - middle);
  let [from, to] = [middle, middle + many];
  for (let k = transforms.length - 1; k > 0; k--) {
    [from, to] = transforms[k]!.inputRows(from, to);
    bytes += (to - from) * strides(transforms[k - 1]!.output).row * transforms[k - 1]!.output.channels;
  }
  const rows = Math.max(1, Math.floor((BAND_BYTES * many) / Math.max(bytes, 1)));
  return Math.min(height, rows >= 4 ? rows - (rows % 4) : rows);
}

function schedule(
  transforms: readonly RowsTransform[],
  input: FrameShape,
  windows: readonly Window[],
  bandHeight: number,
): Step[] {
  const steps: Step[] = [];
  for (const window of windows) window.start = window.end = 0;
  const last = transforms.length - 1;
  const { height } = transforms[last]!.output;
  for (let y = 0; y < height; y += bandHeight) {
    const ranges = new Array<readonly [number, number]>(transforms.length);
    ranges[last] = [y, Math.min(height, y + bandHeight)];
    for (let k = last; k > 0; k--) ranges[k - 1] = advance(windows[k - 1]!, transforms[k]!, ranges[k]!, steps);
    for (const [k, [from, to]] of ranges.entries()) {
      if (from === to) continue;
      const source = k === 0 ? whole(input) : baseOf(windows[k - 1]!);
      const target = k === last ? whole(transforms[last]!.output) : baseOf(windows[k]!);
      steps.push({
        transform: transforms[k]!,
        input: source.base,
        inPlane: source.plane,
        output: target.base,
        outPlane: target.plane,
        first: k === 0,
        last: k === last,
        from,
        to,
      });
    }
  }
  return steps;
}

/** Moves a window to what its reader needs for some rows. @returns the rows that are to be computed for that. */
function advance(
  window: Window,
  reader: RowsTransform,
  [from, to]: readonly [number, number],
  steps: Step[],
): readonly [number, number] {
  if (from === to) return [window.end, window.end];
  const [first, end] = reader.inputRows(from, to);
  const { row } = strides(window.shape);
  if (first > window.start && first < window.end) {
    for (let c = 0; c < window.shape.channels; c++) {
      const base = window.address + c * window.rows * row;
      steps.push({
        transform: null,
        from: base + (first - window.start) * row,
        to: base,
        bytes: (window.end - first) * row,
      });
    }
  }
  window.start = Math.max(window.start, first);
  const begin = Math.max(window.end, first);
  window.end = Math.max(window.end, end);
  window.rows = Math.max(window.rows, window.end - window.start);
  return [Math.min(begin, window.end), window.end];
}

function whole(shape: FrameShape): { base: number; plane: number } {
  return { base: 0, plane: strides(shape).plane };
}

/** Where row 0 of the window's frame would lie. */
function baseOf({ shape, rows, address, start }: Window): { base: number; plane: number } {
  const { row } = strides(shape);
  return { base: address - start * row, plane: rows * row };
}
