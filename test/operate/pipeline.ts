import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findKernel } from "../../kernels/catalogue.ts";
import { preparePipeline } from "../../kernels/pipeline.ts";
import { processes } from "../../live/clusters/processes.ts";
import { Operation, type OperationOptions } from "../../live/operate/operation.ts";
import { newFrame, type ReceivedFrame, type Samples } from "../../live/stage/frame-codec.ts";
import { podSpecs } from "../../live/testbed.ts";
import { type Bench, openBench } from "../../live/workbench.ts";
import { compilePlan } from "../../sim/compile.ts";
import { planLoad } from "../../sim/load.ts";
import type { Plan } from "../../sim/plan.ts";
import { STAGES } from "../live/line.ts";

/** The small pipeline of the live tests on an edge and a server, with a link between them. */
export const TOPOLOGY = `
apiVersion: edgetwin/v1
name: small
hosts: { this: {} }
nodes:
  edge: { letter: E, host: this }
  server: { letter: S, host: this }
links: [{ between: [edge, server], bandwidth: 100 Mbit/s, delay: 1 ms }]
stages:
  - { name: source, kernel: synthetic, channels: 1, element: uint8, seed: 3 }
  - { name: conv, kernel: conv2d, size: 3, weights: edges }
  - { name: relu, kernel: relu }
  - { name: maxpool, kernel: maxpool, size: 2 }
workload: { sizes: [40x48], frames: 100, warmup: 10, window: 4 }
`;
const SIZE = { height: 48, width: 40 };

export function opened(text = TOPOLOGY): Promise<Bench> {
  const file = join(mkdtempSync(join(tmpdir(), "edgetwin-test-")), "small.yaml");
  writeFileSync(file, text);
  return openBench(file, {});
}

/** @param rate frames/s; 0: saturated. */
export function planAt({ topology, kernels }: Bench, split: string, grouping: readonly number[], rate = 0): Plan {
  const load = planLoad(rate === 0 ? { kind: "saturated" } : { kind: "rate", rate });
  return compilePlan(topology, kernels, { split, grouping, size: SIZE, load });
}

export function started(plan: Plan, options: Partial<OperationOptions>): Promise<Operation> {
  const logs = mkdtempSync(join(tmpdir(), "edgetwin-test-"));
  const pods = (one: Plan) => podSpecs([one], null, ".");
  return Operation.start(plan, { cluster: processes, logs, pods, patience: 0, ...options });
}

/** What was delivered: of each frame its sequence number and the digest of its bytes. */
export class Output {
  readonly frames: { readonly sequence: number; readonly digest: string }[] = [];

  readonly onFrame = ({ sequence, samples }: ReceivedFrame): void => {
    this.frames.push({ sequence, digest: digestOf(samples) });
  };
}

/** What the same stages give in this process, with no pods at all. */
export function monolith(frames: number): { sequence: number; digest: string }[] {
  const stages = STAGES.map(({ name, kernel: kernelName, params }) => {
    const kernel = findKernel(kernelName);
    return { name, kernel, params: kernel.params.parse(params), implementation: "simd" };
  });
  const pipeline = preparePipeline(stages, SIZE);
  const { shape, samples } = newFrame(pipeline.output);
  if (shape.element !== "float32") throw new Error("the pipeline should give float32");
  return Array.from({ length: frames }, (_, sequence) => {
    pipeline.run(sequence, null, samples);
    return { sequence, digest: digestOf(samples) };
  });
}

function digestOf({ buffer, byteOffset, byteLength }: Samples): string {
  return createHash("sha256")
    .update(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength))
    .digest("hex");
}
