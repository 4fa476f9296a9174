import type { LinkCost, LinkMessageCost } from "../../sim/profile.ts";
import type { FrameSize } from "../../sim/topology/catalogue.ts";
import type { Link } from "../../sim/topology/topology.ts";
import type { PodSpec } from "../clusters/cluster.ts";
import type { CalibrationOptions } from "./calibrate.ts";
import { onTheWay, settled } from "./columns.ts";
import { fitLink } from "./fit-link.ts";
import { MeasuredLine } from "./measured-line.ts";

/**
 * Measures a link with messages of the sizes that will cross it: a pod that sends a pattern, the link, a pod that takes it.
 * @param sizes payloads, bytes.
 */
export async function measureLink(
  link: Link,
  sizes: readonly number[],
  options: CalibrationOptions,
  onSize: () => void,
): Promise<LinkCost> {
  const [from, to] = link.between;
  const sender: PodSpec = {
    name: "sender",
    node: from,
    stages: [{ name: "pattern", kernel: "synthetic", params: { channels: 1, element: "uint8" } }],
    baseDirectory: options.baseDirectory,
    upstream: null,
    link: null,
    replay: 1,
  };
  const receiver: PodSpec = {
    ...sender,
    name: "receiver",
    node: to,
    stages: [{ name: "same", kernel: "identity", params: {} }],
    upstream: { pod: "sender" },
    link,
    replay: 0,
  };
  const points: Record<"idle" | "cold", { bytes: number; seconds: number }[]> = { idle: [], cold: [] };
  const receive: LinkMessageCost[] = [];
  const send: LinkMessageCost[] = [];
  let cpuPerByte = 0;
  await MeasuredLine.deployed([sender, receiver], options, async (lineOf, deployment) => {
    const line = lineOf([sender, receiver]);
    await line.warmUp(rectangle(Math.max(...sizes)));
    const before = await deployment.linkCpu(link);
    let carried = 0;
    for (const bytes of sizes) {
      const streamed = line.streamed;
      const idle = await line.idle(rectangle(bytes));
      for (const [thread, trace] of [
        ["idle", idle],
        ["cold", await line.cold(rectangle(bytes), idle)],
      ] as const) {
        for (const seconds of onTheWay(trace, 1)) points[thread].push({ bytes, seconds });
        receive.push({ bytes, thread, cpu: settled(trace, 1, "receiveCpu") });
        send.push({ bytes, thread, cpu: settled(trace, 0, "sendCpu") });
      }
      carried += bytes * (line.streamed - streamed);
      onSize();
    }
    cpuPerByte = ((await deployment.linkCpu(link)) - before) / carried;
  });
  return { between: link.between, ...fitLink(points, link), receive, send, cpuPerByte };
}

/** A uint8 frame of one channel that has exactly so many bytes, as square as they allow. */
function rectangle(bytes: number): FrameSize {
  let height = Math.floor(Math.sqrt(bytes));
  while (bytes % height !== 0) height--;
  return { height, width: bytes / height };
}
