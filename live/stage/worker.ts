/** The program of a pod's worker thread: computes the frames that the pod's own thread publishes, until the process ends. */
import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { Samples } from "../../kernels/kernel.ts";
import { type FrameRegion, frameMemory, shareFrameMemory } from "../../kernels/simd/memory.ts";
import type { FrameShape } from "../../sim/frame.ts";
import type { EmulatedPace } from "../../sim/plan.ts";
import type { Memory } from "../../sim/webassembly.ts";
import { now } from "./clock.ts";
import type { PodConfig } from "./config.ts";
import { Executor } from "./executor.ts";
import { Pace } from "./pace.ts";
import { digestOf } from "./recorder.ts";
import { type TakenTask, TaskRing } from "./task-ring.ts";
import type { Run } from "./wire.ts";

export interface WorkerData {
  readonly config: PodConfig;
  readonly memory: Memory;
  readonly ring: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** What the tasks of a round have in common. */
export interface Round {
  readonly number: number;
  readonly run: Run;
  /** `null`: the first stage is the source. */
  readonly input: FrameShape | null;
  readonly emulated: EmulatedPace | null;
}

const { config, memory, ring: shared, port } = workerData as WorkerData;
shareFrameMemory(memory);
const ring = new TaskRing(shared);
const executor = await Executor.load(config, () => {});
const pace = new Pace();
const rest = () => pace.rest();
let round: Round | null = null;
/** Of the round's frames; `null` until this thread is ready for them. */
let output: FrameShape | null = null;
/** Takes what goes nowhere. */
let discarded: FrameRegion | null = null;

/** Gets ready for a round. @returns the shape of its output. */
function enter(number: number): FrameShape {
  output = null;
  while (round?.number !== number) round = receiveMessageOnPort(port)!.message as Round;
  if (discarded !== null) frameMemory().free(discarded);
  discarded = null;
  output = executor.prepare(round.input, round.run);
  pace.reset(round.emulated);
  return output;
}

function frameFor(address: number, shape: FrameShape): Samples {
  if (address !== 0) return frameMemory().samples(address, shape);
  discarded ??= frameMemory().allocateFrame(shape);
  return discarded.samples;
}

function compute(task: TakenTask): boolean {
  if (!ring.isWanted(task)) return ring.done(task, Number.NaN, Number.NaN, 0, null);
  const number = ring.roundOf(task);
  const shape = round?.number === number && output !== null ? output : enter(number);
  const { run, input } = round!;
  const from = input === null ? null : frameMemory().samples(task.input, input);
  const to = frameFor(task.output, shape);
  if (!Number.isNaN(task.due)) pace.wait(task.due);
  pace.begin();
  const start = now();
  executor.run(task.sequence, from, to);
  const cpu = pace.settleCompute();
  const end = now();
  return ring.done(task, start, end, cpu, task.sequence < run.digests ? digestOf(to) : null);
}

port.postMessage(null);
for (;;) {
  const task = ring.take(rest);
  let tell: boolean;
  try {
    tell = compute(task);
  } catch (error) {
    tell = ring.failed(task, (error as Error).message);
  }
  if (tell) port.postMessage(null);
}
