import { cLoop, ours, runnerOf, simGrid, simJs, simPy } from "./programs.ts";
import type { Workload } from "./workload.ts";

export const W1: Workload = {
  title: "W1: Poisson arrivals 0.8, four exponential servers of mean 1, no limits",
  unit: "jobs",
  // A hundred thousand jobs are within a few percent of the Jackson tandem.
  check: { name: "sojourn", exact: 20, tolerance: 0.15 },
  async runners(many = 1_000_000) {
    const few = Math.min(many, 100_000);
    return [
      // As a user runs it: the max-plus recursion, which these lines allow; and by events, as a line of several servers is.
      runnerOf(ours("default"), "W1", many),
      runnerOf(ours("events"), "W1", many),
      runnerOf(await cLoop(), "W1", many),
      runnerOf(await simGrid(), "W1", few),
      runnerOf(simJs(), "W1", few),
      runnerOf(await simPy(), "W1", few),
    ];
  },
};
