/** The model in a process of its own: node twin.ts [interpreted] W3|W4 FRAMES. All statistics are on. */

import { RandomStream } from "../../../sim/engine/random.ts";
import { simulateFleet } from "../../../sim/fleet.ts";
import { costsOf } from "../../../sim/model/costs.ts";
import { Latencies } from "../../../sim/model/latencies.ts";
import type { Streams } from "../../../sim/model/pod-maker.ts";
import { simulateSummary } from "../../../sim/simulate.ts";
import { interpreted } from "../../../sim/together.ts";
import { w3, w4 } from "./plans.ts";

const CAMERAS = 1000;

const args = process.argv.slice(2);
/** By the engine that knows all there may be, though it need not. */
const isInterpreted = args[0] === "interpreted";
const [workload, frames] = isInterpreted ? args.slice(1) : args;

/** What is to be timed, and the frames/s that it simulates. */
function prepared(count: number, cameras: number): () => number {
  if (workload === "W4") {
    const fleet = w4(cameras, count);
    return () => simulateFleet(fleet, 0).total.throughput;
  }
  const { plan, profile } = w3(count);
  const costs = costsOf(plan, profile, 0);
  if (!isInterpreted) return () => simulateSummary(plan, costs, 0).summary.throughput;
  const streams: Streams = (...path) => new RandomStream(plan.workload.seed, "replication", 0, ...path);
  const unrun = { plan, costs, streams, latencies: new Latencies() };
  return () => interpreted([unrun]).lines[0]!.summary().throughput;
}

// What is run for the first time is compiled while it runs, as the peers' programs are before. Of the fleet that is a tenth, so
// that the memory is that of one fleet.
prepared(Math.ceil(Number(frames) / 10), CAMERAS / 10)();
const run = prepared(Number(frames), CAMERAS);
const begin = performance.now();
const throughput = run();
const seconds = (performance.now() - begin) / 1000;
const megabytes = (process.resourceUsage().maxRSS * 1024) / 1e6;
process.stdout.write(`${JSON.stringify({ seconds, throughput, megabytes })}\n`);
