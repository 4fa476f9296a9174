import { bytesOf, describeShape } from "../frame.ts";
import type { Profile } from "../profile.ts";
import { mean } from "../statistics/moments.ts";
import { quantile } from "../statistics/quantile.ts";
import { type Column, tableLines, wrap } from "./columns.ts";
import { formatSeconds, formatShare } from "./format.ts";

const SPREAD: readonly Column[] = [
  { title: "p50", width: 8, align: "right" },
  { title: "p95", width: 8, align: "right" },
  { title: "samples", width: 7, align: "right" },
];
const STAGES: readonly Column[] = [
  { title: "stages", width: 16, align: "left" },
  { title: "node", width: 10, align: "left" },
  { title: "output", width: 18, align: "left" },
  ...SPREAD,
];
const MESSAGES: readonly Column[] = [
  { title: "message", width: 12, align: "left" },
  { title: "node", width: 10, align: "left" },
  { title: "payload", width: 22, align: "left" },
  ...SPREAD,
];

const COMPRESSIONS: readonly Column[] = [
  { title: "zstd of", width: 16, align: "left" },
  { title: "node", width: 10, align: "left" },
  { title: "frames", width: 21, align: "left" },
  { title: "left", width: 7, align: "right" },
  { title: "compress", width: 10, align: "right" },
  { title: "decompress", width: 10, align: "right" },
];
const WAKE_UPS: readonly Column[] = [
  { title: "thread", width: 13, align: "left" },
  { title: "node", width: 10, align: "left" },
  { title: "before", width: 21, align: "left" },
  ...SPREAD,
];

/** What a profile measured, for a terminal of 80 columns. */
export function profileTable(profile: Profile): string {
  const { fingerprint } = profile;
  const stages = profile.computes.map(({ stages, node, output, cpu: { busy } }) => [
    stages.length === 1 ? stages[0]! : `${stages[0]} - ${stages.at(-1)}`,
    node,
    describeShape(output),
    ...spread(busy),
  ]);
  const messages = [
    ...profile.messages.map(({ direction, node, bytes, cpu }) => ({ what: direction, node, bytes, samples: cpu })),
    ...profile.loopbacks.map(({ node, bytes, seconds }) => ({ what: "on the way", node, bytes, samples: seconds })),
  ].map(({ what, node, bytes, samples }) => [what, node, `${bytes.toLocaleString("en")} bytes`, ...spread(samples)]);
  const compressions = profile.compressions.map(({ stages, node, shape, bytes, compress, decompress }) => [
    stages.at(-1)!,
    node,
    describeShape(shape),
    formatShare(mean(bytes) / bytesOf(shape)),
    formatSeconds(middle(compress.busy)),
    formatSeconds(middle(decompress.busy)),
  ]);
  const kinds = new Map(profile.wakeUps.map((one) => [`${one.woken} ${one.node} ${one.thread}`, one]));
  const wakeUps = [...kinds.values()].map(({ woken, node, thread }) => {
    const same = profile.wakeUps.filter((one) => one.woken === woken && one.node === node && one.thread === thread);
    return [
      woken === "worker" ? "a worker" : "the pod's own",
      node,
      thread,
      ...spread(same.flatMap(({ seconds }) => seconds)),
    ];
  });
  const links = profile.links.map(({ between, bandwidth, delay }) => {
    const rate = bandwidth === null ? "no limit seen" : `${((bandwidth * 8) / 1e6).toFixed(1)} Mbit/s of payload`;
    return `link ${between.join("-")}: ${rate}, ${formatSeconds(delay)} one way`;
  });
  return [
    ...wrap(`measured ${profile.created} on ${fingerprint.hostname}, ${fingerprint.cpu}, ${fingerprint.cores} cores`),
    "",
    "CPU time of kernels per frame",
    ...tableLines(STAGES, stages.sort(inOrder)),
    "",
    "CPU time of messages per frame, and time on the way over loopback",
    ...tableLines(MESSAGES, messages.sort(inOrder)),
    ...(wakeUps.length === 0
      ? []
      : ["", "threads of a pod with workers: time to wake one", ...tableLines(WAKE_UPS, wakeUps.sort(inOrder))]),
    ...(compressions.length === 0
      ? []
      : ["", "compression: bytes left, CPU time per frame", ...tableLines(COMPRESSIONS, compressions.sort(inOrder))]),
    "",
    ...links.flatMap((line) => wrap(line)),
    `acknowledgement over loopback: ${formatSeconds(middle(profile.acknowledgement))}; a source starts late by ${formatSeconds(middle(profile.lateness.flatMap(({ seconds }) => seconds)))}`,
  ].join("\n");
}

function spread(samples: readonly number[]): string[] {
  const sorted = [...samples].sort((a, b) => a - b);
  return [formatSeconds(quantile(sorted, 0.5)), formatSeconds(quantile(sorted, 0.95)), String(samples.length)];
}

function middle(samples: readonly number[]): number {
  return samples.length === 0
    ? Number.NaN
    : quantile(
        [...samples].sort((a, b) => a - b),
        0.5,
      );
}

function inOrder(a: readonly string[], b: readonly string[]): number {
  return a[0]!.localeCompare(b[0]!) || a[1]!.localeCompare(b[1]!);
}
