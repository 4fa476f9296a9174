import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { RelayConfig } from "../../../live/clusters/relay.ts";
import { NODE_FLAGS, POD_ENVIRONMENT } from "../../../live/stage/runtime.ts";
import { type Column, tableLines } from "../../../sim/report/columns.ts";
import { formatRatio, formatSeconds } from "../../../sim/report/format.ts";
import { atEnd } from "./cleanup.ts";
import { LOOPBACK, type Load, openPair } from "./pair.ts";
import { OURS } from "./peers.ts";

const RELAY = fileURLToPath(new URL("../../../live/clusters/relay.ts", import.meta.url));
const ONE_WAY = 5e-3;
const SECONDS = 2;
const WINDOWS = [1, 4, 8];
const BYTES = 64 * 1024;
/** Frame that hardly takes any time itself: one at a time, its rate is the round trip's inverse. */
const PING_BYTES = 16;

const COLUMNS: readonly Column[] = [
  { title: "window", width: 12, align: "left" },
  { title: "MB/s", width: 6, align: "right" },
  { title: "window / round trip", width: 20, align: "right" },
  { title: "share", width: 6, align: "right" },
];

/** What a window lets through in a round trip, across the relay that stands for a link in edgetwin's own runs. */
export async function delayed(say: (line: string) => void): Promise<void> {
  const pings = await across({ bytes: PING_BYTES, window: 1 });
  const roundTrip = PING_BYTES / pings;
  say(
    `Relay with ${formatSeconds(ONE_WAY)} each way, round trip ${formatSeconds(roundTrip)} measured; edgetwin, 64 KiB.`,
  );
  const rows: string[][] = [];
  for (const window of WINDOWS) {
    const bytesPerSecond = await across({ bytes: BYTES, window });
    const allowed = (window * BYTES) / roundTrip;
    const [got, of] = [bytesPerSecond, allowed].map((each) => (each / 1e6).toFixed(2)) as [string, string];
    rows.push([`${window} frame${window === 1 ? "" : "s"}`, got, of, formatRatio(bytesPerSecond / allowed)]);
  }
  for (const line of tableLines(COLUMNS, rows)) say(line);
}

async function across(load: Load): Promise<number> {
  let relay: ChildProcess | null = null;
  const pair = await openPair(OURS, OURS, LOOPBACK, load, async (target) => {
    const port = await freePort();
    relay = await startRelay(port, target);
    return port;
  });
  const { bytesPerSecond } = await pair.measure(SECONDS);
  pair.close();
  (relay as ChildProcess | null)?.kill("SIGKILL");
  return bytesPerSecond;
}

async function startRelay(port: number, target: number): Promise<ChildProcess> {
  const config: RelayConfig = { name: "bench", bandwidth: null, delay: ONE_WAY, routes: [{ listen: port, target }] };
  const child = spawn(process.execPath, [...NODE_FLAGS, RELAY], {
    env: { ...process.env, ...POD_ENVIRONMENT, EDGETWIN_RELAY: JSON.stringify(config) },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  atEnd(() => child.kill("SIGKILL"));
  await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`the relay ended with exit code ${code}`))),
  ]);
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK.host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
