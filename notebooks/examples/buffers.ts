/** A line of four machines that block each other: how much room between them is enough for 99 % of what is possible? */
import { type Line, simulateLine } from "../../sim/index.ts";

function line(buffer: number): Line {
  const stations = [1, 1.2, 1.1, 1].map((mean, j) => ({
    service: { kind: "lognormal", mean, cv: 0.5 } as const,
    ...(j > 0 ? { buffer } : {}),
  }));
  return { arrivals: { kind: "saturated" }, stations };
}

const run = { jobs: 200_000, seed: 1 };
const possible = 1 / 1.2;
for (const buffer of [0, 1, 2, 4, 8, 16]) {
  const { throughput, stations } = simulateLine(line(buffer), run);
  const share = throughput.value / possible;
  const blocked = (100 * stations[0]!.blockedShare.value).toFixed(1).padStart(4);
  const verdict = share >= 0.99 ? "enough" : "";
  console.log(
    `room for ${String(buffer).padStart(2)}: ${(100 * share).toFixed(1)} %, the first blocked ${blocked} % ${verdict}`.trim(),
  );
}
