/** Four stages, the camera's at the edge, which takes three times as long as the server: the best split as their link gets slower. */
import { allSplits, pipeline, predict } from "../../sim/index.ts";

// CPU seconds a frame on the server, for source, conv, pool and dense; bytes of what the first three make.
const work = [0.001, 0.006, 0.002, 0.008];
const run = { bytes: [300_000, 600_000, 75_000], windows: 8, frames: 300, warmup: 50 };
const nodes = [{ name: "edge" }, { name: "server", host: "rack" }];
const splits = allSplits(["E", "S"], work.length).filter((split) => split.startsWith("E"));
const onEdge = (seconds: number) => ({ node: "edge", cpu: [2.5 * seconds, 3 * seconds, 3.5 * seconds] });

for (const megabits of [2000, 500, 200, 50, 10]) {
  const links = [{ between: ["edge", "server"], bandwidth: (megabits * 1e6) / 8, delay: 0.002 }] as const;
  const predictions = splits.map((split) => {
    const pods = work.map((cpu, i) => (split[i] === "E" ? onEdge(cpu) : { node: "server", cpu }));
    const { plan, profile } = pipeline({ nodes, links, pods, ...run });
    return { split, ...predict(plan, profile) };
  });
  const { split, throughput, bottleneck } = predictions.reduce((a, b) => (b.throughput > a.throughput ? b : a));
  console.log(`${megabits} Mbit/s: ${split}, ${throughput.toFixed(1)}/s, limited by ${bottleneck.name}`);
}
