import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { preparePipeline } from "../../../kernels/pipeline.ts";
import type { FrameShape } from "../../../sim/frame.ts";
import { CASES, type Case, inputOf, stagesOf, weightsOf } from "./cases.ts";
import { findC, findOpenCV } from "./native.ts";
import { findOnnx } from "./onnx.ts";
import { copy, ours } from "./ours.ts";
import type { Find, Runner, Task, Timed } from "./runner.ts";
import { header, row } from "./table.ts";
import { findTfjs } from "./tfjs.ts";

const SIZES = [
  [128, 128],
  [256, 256],
  [512, 512],
  [1024, 1024],
  [720, 1280],
] as const;
/** Seconds of turns in all; getting ready and warming up take about as long again. */
const BUDGET = 32;
/** A turn of one runner takes about so long, milliseconds, or one frame. */
const TURN = 4;
/** Turns of each runner at most: more than that settle nothing. */
const TURNS = 41;
const LEAST = 3;
/** Of peers' outputs, relative, or absolute below 1: sums of a million float32 products are in it. */
const TOLERANCE = 1e-4;
/** Milliseconds that a frame takes those who have no more turns than the least. */
const SLOW = 40;

/** @param args names of cases, all if none is given. */
export async function bench(args: readonly string[]): Promise<void> {
  const unknown = args.filter((name) => !CASES.some((each) => each.name === name));
  if (unknown.length > 0) {
    const names = CASES.map(({ name }) => name).join(", ");
    process.stderr.write(`error: kernels has no case ${unknown.join(", ")}; there are: ${names}\n`);
    process.exitCode = 2;
    return;
  }
  const cases = CASES.filter(({ name }) => args.length === 0 || args.includes(name));
  const folder = mkdtempSync(join(tmpdir(), "edgetwin-bench-"));
  const runners: Runner[] = [ours("simd", "simd"), ours("relaxed", "relaxed"), ours("refer.", "reference")];
  try {
    print(`kernels, float32, one core of ${cpus()[0]?.model.trim() ?? "unknown"}, Node ${process.versions.node}\n`);
    print("medians in ms; below them, how many times ours (simd)\n");
    const peers: [string, Find][] = [
      ["C", findC(folder)],
      ["OpenCV", findOpenCV(folder)],
      ["ort", findOnnx],
      ["tfjs", findTfjs],
    ];
    for (const [name, find] of peers) {
      const found = await find();
      if (typeof found === "string") print(`${name} is skipped: ${found}\n`);
      else runners.push(found);
    }
    runners.push(copy);
    const each = (BUDGET * 1000) / (cases.length * SIZES.length);
    for (const one of cases) {
      print(`\n${one.title}\n${header(runners.map(({ name }) => name))}`);
      for (const [height, width] of SIZES) {
        const medians = await measure(
          one,
          { height, width, channels: one.channels, element: "float32" },
          runners,
          each,
        );
        print(row(`${height}x${width}`, medians));
      }
    }
  } finally {
    for (const runner of runners) runner.close?.();
    rmSync(folder, { recursive: true });
  }
}

/** Median milliseconds a frame of each runner, which take turns; `null` for those who have no such kernel. */
async function measure(
  one: Case,
  input: FrameShape,
  runners: readonly Runner[],
  budget: number,
): Promise<(number | null)[]> {
  const weights = weightsOf(one, input);
  const { output } = preparePipeline(stagesOf(one.stages(weights, input), "reference"), input);
  const task: Task = { case: one, input, output, samples: inputOf(input), weights };
  const timed: (Timed | null)[] = [];
  let expected: Float32Array | undefined;
  for (const runner of runners) {
    const prepared = await runner.prepare(task);
    timed.push(prepared);
    if (prepared === null || runner === copy) continue;
    const got = await prepared.output();
    expected ??= got.slice();
    check(runner.name, one, got, expected);
  }
  const times: number[][] = timed.map(() => []);
  const frames = await Promise.all(timed.map((each) => warmUp(each)));
  const deadline = performance.now() + budget;
  for (let turn = 0; turn < TURNS && (performance.now() < deadline || turn < LEAST); turn++) {
    for (const [k, each] of timed.entries()) {
      // One that is slow by far is not worth everybody's time.
      if (each === null || (turn >= LEAST && times[k]![0]! > SLOW)) continue;
      times[k]!.push((await each.time(frames[k]!)) / frames[k]!);
    }
  }
  for (const each of timed) each?.release?.();
  return times.map((all) => all.sort((a, b) => a - b)[all.length >> 1] ?? null);
}

/** @returns how many frames make a turn. */
async function warmUp(timed: Timed | null): Promise<number> {
  if (timed === null) return 0;
  let took = await timed.time(2);
  if (took < SLOW) took = await timed.time(2);
  // The engine compiles the second time what it has seen often, and in the background.
  const frames = (ms: number) => Math.max(1, Math.min(1000, Math.round((2 * ms) / took)));
  if (took < SLOW) took = ((await timed.time(frames(30))) * 2) / frames(30);
  return frames(TURN);
}

/** @throws Error if a peer does not compute what ours does. */
function check(name: string, { title }: Case, got: Float32Array, expected: Float32Array): void {
  if (got.length !== expected.length)
    throw new Error(`${title}: ${name} has ${got.length} samples, not ${expected.length}`);
  for (let i = 0; i < got.length; i++) {
    if (!(Math.abs(got[i]! - expected[i]!) <= TOLERANCE * (1 + Math.abs(expected[i]!)))) {
      throw new Error(`${title}: sample ${i} of ${name} is ${got[i]}, ours ${expected[i]}`);
    }
  }
}

function print(text: string): void {
  process.stdout.write(text);
}
