/** A line of four machines that block each other: how much room between them is enough for 99 % of what is possible? */
import { simulateLine } from "../../sim/index.ts";

const means = [1, 1.2, 1.1, 1];
const percent = (share: number) => `${(100 * share).toFixed(1).padStart(5)} %`;

for (const buffer of [0, 1, 2, 4, 8, 16]) {
  const stations = means.map((mean, j) => {
    const service = { kind: "lognormal", mean, cv: 0.5 } as const;
    return j === 0 ? { service } : { service, buffer };
  });
  const line = { arrivals: { kind: "saturated" }, stations } as const;
  const { throughput, stations: shown } = simulateLine(line, { jobs: 200_000, seed: 1 });
  const share = throughput.value * Math.max(...means);
  const blocked = percent(shown[0]!.blockedShare.value);
  const verdict = share < 0.99 ? "" : ", enough";
  console.log(`room for ${String(buffer).padStart(2)}: ${percent(share)}, the first blocked ${blocked}${verdict}`);
}
