import { runnerOf, twin } from "./programs.ts";
import type { Workload } from "./workload.ts";

export const W3: Workload = {
  title: "W3: the model itself, 4 pods on 2 nodes of one host of 2 cores, a link",
  unit: "frames",
  // Of 303 that both cores could carry, at 6.6 ms of CPU a frame, the slowest pod lets through so many.
  check: { name: "throughput", exact: 272, tolerance: 0.02 },
  runners: async (count = 1_000_000) => [runnerOf(twin(), "W3", count), runnerOf(twin("interpreted"), "W3", count)],
};
