import { runnerOf, twin } from "./programs.ts";
import type { Workload } from "./workload.ts";

export const W4: Workload = {
  title: "W4: a fleet of 1,000 cameras, 100 edge nodes, 4 servers, 4,000 pods",
  unit: "frames",
  // 30 a second from each camera.
  check: { name: "throughput", exact: 30_000, tolerance: 0.01 },
  runners: async (count = 500_000) => [runnerOf(twin(), "W4", count)],
};
