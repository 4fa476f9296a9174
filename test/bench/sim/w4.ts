import { runnerOf, twin } from "./programs.ts";
import type { Workload } from "./workload.ts";

export const W4: Workload = {
  title: "W4: a fleet of 1,000 cameras, 100 edge nodes, 4 servers, 4,000 pods",
  unit: "frames",
  // 30 a second from each camera.
  check: { name: "throughput", exact: 30_000, tolerance: 0.01 },
  // Half a minute each.
  turns: 1,
  // As many of each camera.
  runners: async (count = 10_000_000) => [runnerOf(twin(), "W4", 1000 * Math.max(2, Math.round(count / 1000)))],
};
