import { type FleetLine, simulateFleet } from "../../../sim/fleet.ts";
import { costsOf } from "../../../sim/model/costs.ts";
import { line } from "../../sim/fixtures.ts";
import { spread } from "./model.ts";

const EDGES = 100;
const SERVERS = 4;

/** W4: cameras of 4 pods each, half of them on one of 100 edge nodes of 4 cores, half on one of 4 servers of 64, a link from each edge node. */
export function w4(cameras: number, frames: number): FleetLine[] {
  const each = frames / cameras;
  const made = Array.from({ length: EDGES }, (_, i) => {
    const [edge, server] = [`edge-${i}`, `server-${i % SERVERS}`];
    const { plan, profile } = line({
      nodes: [
        { name: edge, host: edge },
        { name: server, host: server },
      ],
      hosts: { [edge]: 4, [server]: 64 },
      links: [{ between: [edge, server], bandwidth: 125e6, delay: 0.002, residuals: spread(1e-4) }],
      pods: [
        { cpu: spread(1e-3), node: edge },
        { cpu: spread(3e-3), node: edge },
        { cpu: spread(2e-3), node: server },
        { cpu: spread(1e-3), node: server },
      ],
      rate: 30,
      windows: 8,
      bytes: 20_000,
      frames: each,
      warmup: Math.ceil(each / 100),
      receive: spread(1e-4),
      send: spread(1e-4),
      handover: spread(5e-5),
      loopback: spread(2e-4),
      acknowledgement: spread(5e-5),
      lateness: spread(1e-4),
    });
    return { plan, costs: costsOf(plan, profile, 0) };
  });
  return Array.from({ length: cameras }, (_, i) => ({ name: `camera-${i}`, ...made[i % EDGES]! }));
}

/** A fleet with all statistics on. */
export async function benchFleet(frames = 10_000_000, cameras = 1000): Promise<void> {
  const fleet = w4(cameras, frames);
  const begin = performance.now();
  const { events, total } = simulateFleet(fleet, 0);
  const seconds = (performance.now() - begin) / 1e3;
  const rate = (count: number) => `${Math.round(count / seconds).toLocaleString("en-US")}/s`;
  console.log(
    `W4 fleet, ${cameras} cameras, ${4 * cameras} pods, ${frames.toLocaleString("en-US")} frames: ${seconds.toFixed(1)} s, ${rate(frames)} frames, ${rate(events)} events`,
  );
  console.log(
    `  peak memory ${Math.round((process.resourceUsage().maxRSS * 1024) / 1e6)} MB; ${total.throughput.toFixed(0)} frames/s simulated, p95 ${(1e3 * total.latency.p95).toFixed(1)} ms`,
  );
}

if (import.meta.main) await benchFleet(Number(process.argv[2] ?? 10_000_000));
