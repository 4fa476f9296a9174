import { decode, Instance, Module, validate } from "../../sim/webassembly.ts";
import { frameMemory } from "./memory.ts";
import { RELAXED, SIMD128 } from "./wasm.generated.ts";

/**
 * Builds of the vector kernels. `simd128`: each operation rounded by itself, the same bytes on every machine (but for those of a
 * NaN that comes of infinities, whose sign differs). `relaxed`: multiply and add in one rounding where the processor has that, so
 * sums may differ between kinds of machines: by at most twice what `conv2d.ts` and `dense.ts` say of each.
 */
export type Build = "simd128" | "relaxed";

/** What the modules export; see `assembly/`. Addresses and planes in bytes, `job` points to what a kernel laid down. */
export interface Exports {
  conv2d: Rows;
  copy(from: number, to: number, bytes: number): void;
  dense(input: number, weights: number, bias: number, output: number, count: number, outputs: number): void;
  grayscaleBytes: Luma;
  grayscaleFloat: Luma;
  normalizeBytes: Normalize;
  normalizeFloat: Normalize;
  resize: Rows;
  softmax(input: number, inPlane: number, output: number, outPlane: number, channels: number, count: number): void;
  widen(from: number, to: number, count: number): void;
  relu(input: number, output: number, count: number): void;
  maxpoolFloat: Maxpool;
  maxpoolBytes: Maxpool;
}

type Rows = (
  job: number,
  input: number,
  inPlane: number,
  output: number,
  outPlane: number,
  from: number,
  to: number,
) => void;
type Luma = (red: number, green: number, blue: number, output: number, count: number) => void;
type Normalize = (input: number, output: number, count: number, mean: number, scale: number) => void;
type Maxpool = (
  input: number,
  output: number,
  width: number,
  outWidth: number,
  size: number,
  stride: number,
  scratch: number,
  from: number,
  to: number,
) => void;

export interface Engine {
  readonly build: Build;
  readonly run: Exports;
}

const engines = new Map<Build, Engine>();

/** The kernels of a build, over this thread's frame memory; the portable build where the engine has no relaxed SIMD. */
export function engine(wanted: Build): Engine {
  const known = engines.get(wanted);
  if (known !== undefined) return known;
  const bytes = decode(wanted === "relaxed" ? RELAXED : SIMD128);
  if (wanted === "relaxed" && !validate(bytes)) return engine("simd128");
  const { exports } = new Instance(new Module(bytes), { env: { memory: frameMemory().memory } });
  const made = { build: wanted, run: exports as Exports };
  engines.set(wanted, made);
  return made;
}
