import { costsOf } from "../../../sim/model/costs.ts";
import { predict } from "../../../sim/predict.ts";
import { simulateSummary } from "../../../sim/simulate.ts";
import { line } from "../../sim/fixtures.ts";

/** Frames of a replication of a sweep. */
const SHORT = 1000;

/** 200 samples between 80 % and 120 % of a mean. */
export function spread(mean: number): number[] {
  return Array.from({ length: 200 }, (_, i) => mean * (0.8 + (0.4 * ((i * 37) % 200)) / 200));
}

/** W3: 4 pods on 2 nodes of one host of 2 cores, windowed hops, one of them over a link; saturated, every cost drawn from samples. */
export function w3(frames: number) {
  const pod = (cpu: number, node: string) => ({ cpu: spread(cpu), node });
  return line({
    nodes: [{ name: "edge" }, { name: "server" }],
    hosts: { box: 2 },
    links: [{ between: ["edge", "server"], bandwidth: 12.5e6, delay: 0.002, residuals: spread(1e-4) }],
    pods: [pod(1e-3, "edge"), pod(3e-3, "edge"), pod(1e-3, "server"), pod(1e-3, "server")],
    windows: 8,
    bytes: 20_000,
    frames,
    warmup: Math.ceil(frames / 100),
    receive: spread(1e-4),
    send: spread(1e-4),
    handover: spread(5e-5),
    loopback: spread(2e-4),
    acknowledgement: spread(5e-5),
  });
}

/** The model itself with all statistics on: frames and events per second of one run, and of replications as a sweep has them. */
export async function benchModel(frames = 1_000_000): Promise<void> {
  const { plan, profile } = w3(frames);
  const costs = costsOf(plan, profile, 0);
  simulateSummary(w3(20_000).plan, costs, 0);
  const begin = performance.now();
  const { events } = simulateSummary(plan, costs, 0);
  const seconds = (performance.now() - begin) / 1e3;
  const rate = (count: number) => `${Math.round(count / seconds).toLocaleString("en-US")}/s`;
  console.log(`W3 model, ${frames.toLocaleString("en-US")} frames: ${rate(frames)} frames, ${rate(events)} events`);
  // In kibibytes.
  console.log(`  peak memory ${Math.round((process.resourceUsage().maxRSS * 1024) / 1e6)} MB`);
  const replications = 200;
  const short = w3(SHORT);
  const start = performance.now();
  predict(short.plan, short.profile, replications);
  const each = (performance.now() - start) / replications;
  console.log(`  predict: ${each.toFixed(2)} ms a replication of ${SHORT} frames with resampled costs`);
}

if (import.meta.main) await benchModel(Number(process.argv[2] ?? 1_000_000));
