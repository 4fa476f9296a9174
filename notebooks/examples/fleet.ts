/** Cameras that share an uplink and a server of 4 cores: how many before one frame in twenty takes longer than 100 ms? */
import { costsOf, pipeline, simulateFleet } from "../../sim/index.ts";

function camera(i: number) {
  const { plan, profile } = pipeline({
    nodes: [
      { name: "edge", host: `camera-${i}` },
      { name: "server", host: "rack" },
    ],
    hosts: { rack: 4 },
    links: [{ between: ["edge", "server"], bandwidth: 25e6, delay: 0.001 }],
    pods: [{ cpu: [0.004, 0.006] }, { node: "server", cpu: [0.01, 0.02, 0.045] }],
    ...{ bytes: 100_000, windows: 8, rate: 10, frames: 600, warmup: 100 },
  });
  return { name: `camera-${i}`, plan, costs: costsOf(plan, profile, null) };
}

for (const cameras of [2, 4, 8, 12, 15]) {
  // Hosts and links of one name are one.
  const lines = Array.from({ length: cameras }, (_, i) => camera(i));
  const { total, resources } = simulateFleet(lines, 0);
  const busy = ["rack", "edge>server"].map((name) => {
    const { value } = resources.find((resource) => resource.name === name)!;
    return `${name} ${(100 * value).toFixed(0)} %`;
  });
  const p95 = (1000 * total.latency.p95).toFixed(0).padStart(4);
  console.log(`${String(cameras).padStart(2)} cameras: p95 ${p95} ms, busy: ${busy.join(", ")}`);
}
