import { execFileSync } from "node:child_process";
import { type Column, tableLines } from "../../../sim/report/columns.ts";
import { formatRatio } from "../../../sim/report/format.ts";
import { median } from "../../../sim/statistics/quantile.ts";
import { atEnd } from "./cleanup.ts";
import { type Load, openPair, type Path } from "./pair.ts";
import { type Found, OURS } from "./peers.ts";

const ROUNDS = 2;
const LOAD: Load = { bytes: 1280 * 720, window: 8 };
const SECONDS = 4;
const RATES = [100e6, 1e9];
const DEVICE = "hop0";
const ADDRESSES = ["10.213.0.1", "10.213.0.2"] as const;

const COLUMNS: readonly Column[] = [
  { title: "link", width: 10, align: "left" },
  { title: "server > client", width: 26, align: "left" },
  { title: "MB/s", width: 6, align: "right" },
  { title: "of", width: 6, align: "right" },
  { title: "share", width: 6, align: "right" },
  { title: "x C++", width: 6, align: "right" },
];

/** Both ends in network namespaces of their own, joined by a link that the kernel holds to a bandwidth. */
export async function shaped(cpp: Found, say: (line: string) => void): Promise<void> {
  const missing = obstacle();
  if (missing !== null) return say(`Shaped links: skipped: ${missing}`);
  let path: Path;
  try {
    path = joinNamespaces();
  } catch (error) {
    return say(`Shaped links: skipped: ${lastLine(error)}`);
  }
  say(`Links shaped by tbf between two network namespaces; frames of 0.9 MB, medians of ${ROUNDS} rounds.`);
  const pairs = [{ label: "edgetwin", peer: OURS }, ...("missing" in cpp ? [] : [{ label: "C++ gRPC", peer: cpp }])];
  const rows: string[][] = [];
  for (const rate of RATES) {
    shape(rate);
    const measured = new Map<string, number[]>(pairs.map(({ label }) => [label, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const { label, peer } of pairs) {
        const pair = await openPair(peer, peer, path, LOAD);
        measured.get(label)!.push((await pair.measure(SECONDS)).bytesPerSecond);
        pair.close();
      }
    }
    const base = median(measured.get("C++ gRPC") ?? [Number.NaN]);
    for (const [label, values] of measured) {
      const middle = median(values);
      const link = rate < 1e9 ? `${rate / 1e6} Mbit/s` : `${rate / 1e9} Gbit/s`;
      const there = rate / 8;
      const [got, of] = [middle, there].map((each) => (each / 1e6).toFixed(1)) as [string, string];
      rows.push([link, label, got, of, formatRatio(middle / there), formatRatio(middle / base)]);
    }
  }
  for (const line of tableLines(COLUMNS, rows)) say(line);
}

function obstacle(): string | null {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  if (process.getuid?.() !== 0) return "network namespaces need root";
  for (const [tool, flag] of [
    ["ip", "-V"],
    ["tc", "-V"],
  ] as const) {
    try {
      execFileSync(tool, [flag], { stdio: "pipe" });
    } catch {
      return `${tool} (iproute2) is not installed`;
    }
  }
  return null;
}

const [LEFT, RIGHT] = ["a", "b"].map((end) => `edgetwin-${process.pid}-${end}`) as [string, string];

/** Makes both namespaces and the link; they go with this process, and the link with them. */
function joinNamespaces(): Path {
  for (const name of [LEFT, RIGHT]) {
    ip("netns", "add", name);
    atEnd(() => ip("netns", "del", name));
  }
  ip("link", "add", DEVICE, "netns", LEFT, "type", "veth", "peer", "name", DEVICE, "netns", RIGHT);
  for (const [name, address] of [
    [LEFT, ADDRESSES[0]],
    [RIGHT, ADDRESSES[1]],
  ] as const) {
    ip("-n", name, "addr", "add", `${address}/30`, "dev", DEVICE);
    ip("-n", name, "link", "set", DEVICE, "up");
  }
  return {
    server: ["ip", "netns", "exec", LEFT],
    client: ["ip", "netns", "exec", RIGHT],
    host: ADDRESSES[0],
  };
}

/** Both ways; a bucket of 2 ms and a queue of 8 ms at 1 Gbit/s. */
function shape(rate: number): void {
  for (const name of [LEFT, RIGHT]) {
    const limits = ["rate", `${rate}bit`, "burst", "256kb", "limit", "1mb"];
    execFileSync("tc", ["-n", name, "qdisc", "replace", "dev", DEVICE, "root", "tbf", ...limits], { stdio: "pipe" });
  }
}

function ip(...args: string[]): void {
  execFileSync("ip", args, { stdio: "pipe" });
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: Buffer; message: string };
  return (stderr?.toString() || message).trim().split("\n").at(-1)!;
}
