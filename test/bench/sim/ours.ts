/** Ours in a process of its own: node ours.ts default|events WORKLOAD JOBS. All statistics are on; by default it chooses its engine. */
import { simulateLine } from "../../../sim/queueing/simulate-line.ts";
import { LINES } from "./lines.ts";

const [, , engine, workload, jobs] = process.argv as unknown as [
  string,
  string,
  "default" | "events",
  "W1" | "W2",
  string,
];
const run = { jobs: Number(jobs), ...(engine === "default" ? {} : { engine }) };
// What is run for the first time is compiled while it runs, as the peers' programs are before.
simulateLine(LINES[workload], { ...run, jobs: Math.ceil(run.jobs / 4), seed: 2 });
const begin = performance.now();
const { sojourn, throughput } = simulateLine(LINES[workload], { ...run, seed: 1 });
const seconds = (performance.now() - begin) / 1000;
const kibibytes = process.resourceUsage().maxRSS;
process.stdout.write(
  `${JSON.stringify({ seconds, sojourn: sojourn.value, throughput: throughput.value, megabytes: (kibibytes * 1024) / 1e6 })}\n`,
);
