import type { PodSpec } from "../../../live/clusters/cluster.ts";
import { localProcesses } from "../../../live/clusters/processes.ts";
import { Driver } from "../../../live/driver.ts";
import { type Column, tableLines } from "../../../sim/report/columns.ts";
import { formatSeconds } from "../../../sim/report/format.ts";
import { median } from "../../../sim/statistics/quantile.ts";
import type { Trace } from "../../../sim/trace.ts";
import { atEnd } from "./cleanup.ts";
import { scratch } from "./peers.ts";

const SIZE = { height: 720, width: 1280 };
const STAGES: PodSpec["stages"] = [
  { name: "source", kernel: "synthetic", params: { element: "float32" } },
  { name: "conv", kernel: "conv2d", params: { size: 3, weights: "blur" } },
  { name: "relu", kernel: "relu", params: {} },
  { name: "maxpool", kernel: "maxpool", params: { size: 2 } },
];
const LINES = [
  { grouping: [1, 1, 1, 1], tls: false },
  { grouping: [1, 1, 1, 1], tls: true },
  { grouping: [1, 2, 1], tls: false },
  { grouping: [1, 3], tls: false },
  { grouping: [4], tls: false },
];
const FRAMES = 150;
const WARM_UP = 30;
/** Compilers are waited for so long, at most. */
const COMPILING_SECONDS = 10;
const ROUNDS = 3;
const WORK = ["receiveCpu", "computeCpu", "sendCpu"] as const;

const COLUMNS: readonly Column[] = [
  { title: "pods", width: 36, align: "left" },
  { title: "frames/s", width: 8, align: "right" },
  { title: "CPU a frame:", width: 12, align: "right" },
  ...["receive", "compute", "send"].map((title) => ({ title, width: 8, align: "right" }) as const),
];

/** The whole pipeline on this machine, vector kernels, nothing emulated: what frames of 3.7 MB cost on the way, and what bounds their rate. */
export async function pipeline(say: (line: string) => void): Promise<void> {
  say("Pipeline of 1280x720 float32 frames (3.7 MB), window of 8, vector kernels.");
  say(`Medians of ${ROUNDS} rounds; CPU time of all pods for one frame.`);
  const lines = await Promise.all(LINES.map(deployed));
  const measured = lines.map((): Trace[] => []);
  for (const { driver } of lines) await driver.warmUp(SIZE, COMPILING_SECONDS);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { driver }] of lines.entries()) {
      const run = { frames: FRAMES, rate: 0, ...SIZE, window: 8, digests: 0 };
      measured[i]!.push((await driver.run("bench", round, WARM_UP, run, { timeout: 60 })).trace);
    }
  }
  for (const { close } of lines) await close();
  const rows = lines.map(({ pods, tls }, i) => {
    const work = WORK.map((column) => median(measured[i]!.map((trace) => cpu(trace, column))));
    const all = work.reduce((sum, each) => sum + each);
    const rate = median(measured[i]!.map(throughput));
    const names = pods.map(({ name }) => name).join(" | ") + (tls ? " mTLS" : "");
    return [names, rate.toFixed(0), formatSeconds(all), ...work.map((each) => formatSeconds(each))];
  });
  for (const line of tableLines(COLUMNS, rows)) say(line);
}

async function deployed({ grouping, tls }: (typeof LINES)[number]) {
  let at = 0;
  const pods = grouping.map((count, i): PodSpec => {
    const stages = STAGES.slice(at, at + count);
    const upstream = at === 0 ? null : { pod: nameOf(STAGES.slice(at - grouping[i - 1]!, at)) };
    at += count;
    return { name: nameOf(stages), node: "here", stages, baseDirectory: ".", upstream, link: null };
  });
  const deployment = await localProcesses({ tls }).deploy(pods, scratch());
  atEnd(() => void deployment.stop());
  const driver = new Driver(deployment, pods);
  const close = async () => {
    driver.close();
    await deployment.stop();
  };
  return { pods, tls, driver, close };
}

function nameOf(stages: PodSpec["stages"]): string {
  return stages.map(({ name }) => name).join("-");
}

/** Frames per second at the last pod, after warm-up. */
function throughput({ pods, warmup, frames }: Trace): number {
  const { end } = pods.at(-1)!;
  return (frames - 1 - warmup) / (end[frames - 1]! - end[warmup]!);
}

/** CPU seconds of all pods for one frame. */
function cpu({ pods, warmup, frames }: Trace, column: (typeof WORK)[number]): number {
  const settled = pods.flatMap((pod) => Array.from(pod[column].subarray(warmup)));
  return settled.reduce((sum, each) => sum + each, 0) / (frames - warmup);
}
