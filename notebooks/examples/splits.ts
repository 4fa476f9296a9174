/** Four stages, the camera's at the edge, which takes three times as long as the server: the best split as their link gets slower. */
import { allSplits, pipeline, predict } from "../../sim/index.ts";

// CPU seconds a frame on the server, for source, conv, pool and dense; bytes of what the first three make.
const work = [0.001, 0.006, 0.002, 0.008];
const bytes = [300_000, 600_000, 75_000];
const nodes = [{ name: "edge" }, { name: "server", host: "rack" }];
const splits = allSplits(["E", "S"], work.length).filter((split) => split.startsWith("E"));

for (const megabits of [2000, 500, 200, 50, 10]) {
  const links = [{ between: ["edge", "server"] as const, bandwidth: (megabits * 1e6) / 8, delay: 0.002 }];
  const ranked = splits.map((split) => {
    const onEdge = (seconds: number) => ({ node: "edge", cpu: [2.5 * seconds, 3 * seconds, 3.5 * seconds] });
    const pods = work.map((seconds, i) => (split[i] === "E" ? onEdge(seconds) : { node: "server", cpu: seconds }));
    const { plan, profile } = pipeline({ nodes, links, pods, bytes, windows: 8, frames: 300, warmup: 50 });
    return { split, ...predict(plan, profile) };
  });
  const { split, throughput, interval, bottleneck } = ranked.reduce((a, b) => (b.throughput > a.throughput ? b : a));
  const [low, high] = interval.throughput.map((rate) => rate.toFixed(1));
  const figures = `${split} ${throughput.toFixed(1).padStart(6)} frames/s (${low}..${high})`;
  console.log(`${String(megabits).padStart(4)} Mbit/s: ${figures}, limited by ${bottleneck.kind} ${bottleneck.name}`);
}
