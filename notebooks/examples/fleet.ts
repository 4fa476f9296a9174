/** Cameras that share an uplink and a server of 4 cores: how many before one frame in twenty takes longer than 100 ms? */
import { costsOf, pipeline, simulateFleet } from "../../sim/index.ts";

// Hosts and links of one name are one.
const links = [{ between: ["edge", "server"], bandwidth: 25e6, delay: 0.001 }] as const;
const server = { name: "server", host: "rack" };
const pods = [{ cpu: [0.004, 0.006] }, { node: "server", cpu: [0.01, 0.02, 0.045] }];
const run = { bytes: 100_000, windows: 8, rate: 10, frames: 600, warmup: 100 };

for (const cameras of [2, 4, 8, 12, 15]) {
  const lines = Array.from({ length: cameras }, (_, i) => {
    const nodes = [{ name: "edge", host: `camera-${i}` }, server];
    const { plan, profile } = pipeline({ nodes, hosts: { rack: 4 }, links, pods, ...run });
    return { name: `camera-${i}`, plan, costs: costsOf(plan, profile, null) };
  });
  const { total, resources } = simulateFleet(lines, 0);
  const busy = (one: string) => Math.round(100 * resources.find(({ name }) => name === one)!.value);
  const p95 = `p95 ${Math.round(1000 * total.latency.p95)} ms`;
  console.log(`${cameras} cameras: ${p95}, server busy ${busy("rack")} %, uplink ${busy("edge>server")} %`);
}
