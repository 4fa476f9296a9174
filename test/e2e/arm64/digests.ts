/** Prints what this machine computes, as JSON: `Digests`. */
import { createHash } from "node:crypto";
import { images } from "../../../kernels/images.ts";
import type { PreparedSource, Samples } from "../../../kernels/kernel.ts";
import { engine } from "../../../kernels/simd/engine.ts";
import { synthetic } from "../../../kernels/synthetic.ts";
import { newFrame, setSequence } from "../../../live/stage/frame-codec.ts";
import { RandomStream } from "../../../sim/engine/random.ts";
import type { ElementType } from "../../../sim/frame.ts";
import { CASES, outputOf, samplesFor } from "./cases.ts";

export interface Digests {
  readonly arch: string;
  /** Build of the vector kernels that runs where `relaxed` is asked for. */
  readonly build: string;
  /** SHA-256 of the bytes (but all NaNs are one), by what they are. */
  readonly digests: Readonly<Record<string, string>>;
  /** Outputs of `relaxed`, by case. */
  readonly relaxed: Readonly<Record<string, readonly number[]>>;
}

const ELEMENTS: readonly ElementType[] = ["uint8", "float32"];
const SEQUENCES = [0, 1, 100_003, 2 ** 40 + 5];
const digests: Record<string, string> = {};
const relaxed: Record<string, number[]> = {};

function digest(bytes: Samples | Float64Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** One NaN for all: which bits it has where infinities meet is the processor's business. */
function sameNaN(samples: Samples): Samples {
  return samples.map((sample: number) => (Number.isNaN(sample) ? Number.NaN : sample));
}

for (const one of CASES) {
  const output = outputOf(one, samplesFor(one));
  if (one.stages.some(({ implementation }) => implementation === "relaxed")) relaxed[one.name] = [...output];
  else digests[one.name] = digest(sameNaN(output));
}

const pictures = [1, 3].map((channels) => {
  const stream = new RandomStream(channels, "picture");
  const data = Uint8Array.from({ length: 19 * 23 * channels }, () => stream.integer(256));
  return { height: 19, width: 23, channels, data };
});
for (const element of ELEMENTS) {
  for (const channels of [1, 3] as const) {
    const size = { height: 21, width: 67 };
    const folder = { folder: "pictures", channels, element };
    const sources: Record<string, PreparedSource> = {
      synthetic: synthetic.implementations.reference.prepare({ channels, element, seed: 4 }, size, []),
      images: images.implementations.reference.prepare(folder, size, pictures),
    };
    for (const [name, source] of Object.entries(sources)) {
      for (const sequence of SEQUENCES) {
        const frame = newFrame(source.output);
        setSequence(frame, sequence);
        source.produce(sequence, frame.samples);
        digests[`frame ${sequence} of ${name}, ${channels} ${element}: the whole message`] = digest(frame.message);
        frame.release();
      }
    }
  }
}

const stream = new RandomStream(11, "arm64");
digests["random numbers"] = digest(
  Float64Array.from({ length: 4000 }, (_, i) =>
    [stream.uniform(), stream.normal(), stream.exponential(2), stream.lognormal(3, 0.4)].at(i % 4),
  ),
);

const all: Digests = { arch: process.arch, build: engine("relaxed").build, digests, relaxed };
process.stdout.write(JSON.stringify(all));
