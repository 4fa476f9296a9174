import type { CostKind, CostSamples, Reading } from "../../sim/calibration/reading.ts";
import type { FrameSize } from "../../sim/topology/catalogue.ts";
import type { Link } from "../../sim/topology/topology.ts";
import type { Deployment, PodSpec } from "../clusters/cluster.ts";
import { onTheWay, settled } from "./columns.ts";
import type { Line } from "./measured-line.ts";

/** The pods that a link is measured with: one that sends a pattern, the link, one that takes it. */
export function linkLine(link: Link, baseDirectory: string): PodSpec[] {
  const [from, to] = link.between;
  const name = link.between.join("-");
  const sender: PodSpec = {
    name: `sender-${name}`,
    node: from,
    stages: [{ name: "pattern", kernel: "synthetic", params: { channels: 1, element: "uint8" } }],
    baseDirectory,
    upstream: null,
    link: null,
    replay: 1,
  };
  const receiver: PodSpec = {
    ...sender,
    name: `receiver-${name}`,
    node: to,
    stages: [{ name: "same", kernel: "identity", params: {} }],
    upstream: { pod: sender.name },
    link,
    replay: 0,
  };
  return [sender, receiver];
}

/** Measures a link with messages of a size that will cross it. @param bytes of the payload. */
export async function linkCosts(
  link: Link,
  bytes: number,
  line: Line,
  deployment: Deployment,
): Promise<Pick<Reading, "costs" | "relay">> {
  const before = await deployment.linkCpu(link);
  const streamed = line.streamed;
  const idle = await line.idle(rectangle(bytes));
  const traces = { idle, cold: await line.cold(rectangle(bytes), idle) };
  const cpu = (await deployment.linkCpu(link)) - before;
  const costs = (["idle", "cold"] as const).flatMap((thread) => {
    const trace = traces[thread];
    const cost = (kind: CostKind, samples: readonly number[]): CostSamples => ({
      name: { kind, of: "", nodes: link.between, thread, at: bytes },
      samples,
    });
    return [
      cost("link", onTheWay(trace, 1)),
      cost("link-receive", settled(trace, 1, "receiveCpu")),
      cost("link-send", settled(trace, 0, "sendCpu")),
    ];
  });
  return { costs, relay: { between: link.between, cpu, bytes: bytes * (line.streamed - streamed) } };
}

/** A uint8 frame of one channel that has exactly so many bytes, as square as they allow. */
export function rectangle(bytes: number): FrameSize {
  let height = Math.floor(Math.sqrt(bytes));
  while (bytes % height !== 0) height--;
  return { height, width: bytes / height };
}
