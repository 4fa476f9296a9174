import type { FleetLine } from "../../../sim/fleet.ts";
import { costsOf } from "../../../sim/model/costs.ts";
import { line } from "../../sim/fixtures.ts";

const EDGES = 100;
const SERVERS = 4;

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
