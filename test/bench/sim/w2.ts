import { cLoop, ours, runnerOf, simGrid, simJs, simPy } from "./programs.ts";
import type { Workload } from "./workload.ts";

export const W2: Workload = {
  title: "W2: saturated, four lognormal servers (1, 5, 3, 1; cv 0.2), buffers of 2",
  unit: "jobs",
  check: { name: "throughput", exact: 0.2, tolerance: 0.01 },
  async runners(many = 1_000_000) {
    const few = Math.min(many, 100_000);
    return [
      // As a user runs it: the max-plus recursion, which these lines allow; and by events, as a line of several servers is.
      runnerOf(ours("default"), "W2", many),
      runnerOf(ours("events"), "W2", many),
      runnerOf(await cLoop(), "W2", many),
      runnerOf(await simGrid(), "W2", few),
      runnerOf(simJs(), "W2", few),
      runnerOf(await simPy(), "W2", few),
    ];
  },
};
