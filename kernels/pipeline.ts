import { bytesOf, type FrameShape } from "../sim/frame.ts";
import type { FrameSize } from "../sim/topology/catalogue.ts";
import { implementationName } from "./implementation.ts";
import type { Kernel, Picture, PreparedSource, PreparedTransform, RowsTransform, Samples } from "./kernel.ts";
import { type Bands, prepareBands } from "./simd/bands.ts";
import { freeWith, Holdings } from "./simd/holdings.ts";
import { frameMemory } from "./simd/memory.ts";
import { strides } from "./simd/transform.ts";

export interface PipelineStage {
  /** For messages. */
  readonly name: string;
  readonly kernel: Kernel<unknown>;
  /** Checked by the kernel's `params`. */
  readonly params: unknown;
  /** `reference` if left out; see `implementationName`. */
  readonly implementation?: string;
  /** Of the stage's folder, for sources that send some. */
  readonly pictures?: readonly Picture[];
}

/** What runs at a stage. */
export interface StageRun {
  readonly name: string;
  /** The implementation that was found. */
  readonly implementation: string;
  /** Build of the vector kernels, if one runs: `simd128` or `relaxed`. */
  readonly build: string | null;
}

/** Consecutive stages, ready for frames of one shape, with the memory between them. */
export interface PreparedPipeline {
  readonly stages: readonly StageRun[];
  readonly output: FrameShape;
  /** Names of the stages that run as one pass over bands of rows, by passes. */
  readonly passes: readonly (readonly string[])[];
  /**
   * One frame, the bytes of its stages one after the other. Frames within `frameMemory()` are used where they are. Allocates
   * nothing. @param input `null` if the first stage is the source.
   */
  run(sequence: number, input: Samples | null, output: Samples): void;
  /** Gives its memory back. */
  release(): void;
}

/** A transform: by rows where its implementation can. */
type Transform =
  | { readonly rows: RowsTransform; readonly frames: null }
  | { readonly rows: null; readonly frames: PreparedTransform };

/** Some transforms that run as one. */
interface Pass {
  readonly transforms: readonly Transform[];
  readonly bands: Bands | null;
  readonly input: FrameShape;
  readonly output: FrameShape;
  /** Where the output may lie, by turns, if it isn't the last. */
  readonly outputs: readonly Samples[];
}

/**
 * Gets stages ready that run one after the other in one pod.
 * @param input shape of the frames, or the source's size if the first stage is one.
 * @throws RangeError if a kernel can't take its input, or a source is not the first stage.
 */
export function preparePipeline(stages: readonly PipelineStage[], input: FrameShape | FrameSize): PreparedPipeline {
  const memory = frameMemory();
  const holdings = new Holdings(memory);
  const runs: StageRun[] = [];
  const transforms: Transform[] = [];
  let source: PreparedSource | null = null;
  let shape = "channels" in input ? input : null;
  const shapes: FrameShape[] = [];
  for (const [index, { name, kernel, params, implementation = "reference", pictures = [] }] of stages.entries()) {
    const found = implementationName(kernel, implementation);
    let build: string | null = null;
    if (kernel.role === "source") {
      if (index > 0) throw new RangeError(`stage ${name} is a source and has frames upstream`);
      source = kernel.implementations[found]!.prepare(params, input, pictures);
      shape = source.output;
    } else {
      if (shape === null) throw new RangeError(`stage ${name} is no source and has nothing upstream`);
      const { prepareRows, prepare } = kernel.implementations[found]!;
      const transform: Transform =
        prepareRows === undefined
          ? { rows: null, frames: prepare(params, shape) }
          : { rows: prepareRows(params, shape), frames: null };
      const prepared = transform.rows ?? transform.frames!;
      transforms.push(transform);
      build = prepared.build ?? null;
      shape = prepared.output;
    }
    shapes.push(shape);
    runs.push({ name, implementation: found, build });
  }
  if (shape === null || runs.length === 0) throw new RangeError("a pipeline has one stage at least");
  const output = shape;
  const first = source === null ? (input as FrameShape) : source.output;
  // Frames between stages lie in two places by turns; the first and the last one in a third and fourth, if the caller's do not
  // lie in the memory.
  const largest = Math.max(...[first, ...shapes].map(bytesOf));
  const places = [0, 1].map(() => holdings.take(largest).address);
  const [entry, exit] = [first, output].map((of) => memory.samples(holdings.take(bytesOf(of)).address, of)) as [
    Samples,
    Samples,
  ];
  const firstTransform = source === null ? 0 : 1;
  const { groups, passes } = fuse(stages.slice(firstTransform), transforms, first, places);

  function run(sequence: number, given: Samples | null, to: Samples): void {
    // Only the vector kernels need their frames in the memory.
    const inside = memory.addressOf(to) >= 0 || !inMemory(passes.at(-1)) ? to : exit;
    let from: Samples = entry;
    if (source !== null) {
      if (passes.length === 0) from = to;
      source.produce(sequence, from);
    } else if (memory.addressOf(given!) >= 0 || !inMemory(passes[0])) from = given!;
    else entry.set(given!);
    for (let k = 0; k < passes.length; k++) {
      const pass = passes[k]!;
      const next = k === passes.length - 1 ? inside : pass.outputs[k % 2]!;
      runPass(pass, from, next);
      if (k === passes.length - 1 && inside !== to) to.set(inside);
      from = next;
    }
  }

  const prepared: PreparedPipeline = {
    stages: runs,
    output,
    passes: source === null ? groups : [[stages[0]!.name], ...groups],
    run,
    release() {
      holdings.release();
      for (const { bands } of passes) bands?.release();
      for (const { rows, frames } of transforms) {
        rows?.release();
        frames?.release?.();
      }
    },
  };
  return freeWith(prepared, holdings);
}

function inMemory(pass: Pass | undefined): boolean {
  return pass !== undefined && (pass.bands !== null || pass.transforms[0]!.rows !== null);
}

function outputOf({ rows, frames }: Transform): FrameShape {
  return (rows ?? frames).output;
}

function passOf(transforms: readonly Transform[], input: FrameShape, places: readonly number[]): Pass {
  const rows = transforms.flatMap((transform) => transform.rows ?? []);
  const bands = rows.length > 1 ? prepareBands(rows, input) : null;
  const output = outputOf(transforms.at(-1)!);
  const outputs = places.map((place) => frameMemory().samples(place, output));
  return { transforms, bands, input, output, outputs };
}

function fusible({ rows }: Transform): boolean {
  return rows !== null && rows.whole === undefined;
}

/** Cuts transforms into passes: neighbours that work by rows are one, with relu within the kernel before it if that can. */
function fuse(
  stages: readonly PipelineStage[],
  transforms: readonly Transform[],
  first: FrameShape,
  places: readonly number[],
): { groups: string[][]; passes: Pass[] } {
  const groups: string[][] = [];
  const passes: Pass[] = [];
  let input = first;
  for (let k = 0; k < transforms.length; ) {
    const group: Transform[] = [];
    const names: string[] = [];
    do {
      const transform = transforms[k]!;
      const before = group.at(-1)?.rows;
      names.push(stages[k]!.name);
      if (stages[k]!.kernel.name === "relu" && before?.rectified !== undefined) {
        group[group.length - 1] = { rows: before.rectified(), frames: null };
      } else group.push(transform);
      k++;
    } while (k < transforms.length && fusible(group[0]!) && fusible(transforms[k]!));
    const pass = passOf(group, input, places);
    groups.push(names);
    passes.push(pass);
    input = pass.output;
  }
  return { groups, passes };
}

function runPass({ transforms, bands, input, output }: Pass, from: Samples, to: Samples): void {
  if (bands !== null) bands.run(from.byteOffset, to.byteOffset);
  else {
    const { rows, frames } = transforms[0]!;
    if (rows === null) frames.run(from, to);
    else rows.run(from.byteOffset, strides(input).plane, to.byteOffset, strides(output).plane, 0, output.height);
  }
}
