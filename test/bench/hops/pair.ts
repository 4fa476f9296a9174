import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { atEnd } from "./cleanup.ts";

/** A program that can be either end: `... server BYTES HOST` or `... client ADDRESS WINDOW`. */
export interface Peer {
  readonly server: readonly string[];
  readonly client: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What runs between two ends. */
export interface Path {
  /** In front of the ends' commands: where they run. */
  readonly server: readonly string[];
  readonly client: readonly string[];
  /** Address that the server listens on. */
  readonly host: string;
}

export const LOOPBACK: Path = { server: [], client: [], host: "127.0.0.1" };

export interface Load {
  /** Of a frame's payload. */
  readonly bytes: number;
  /** Frames. */
  readonly window: number;
}

export interface Measured {
  /** Of payload. */
  readonly bytesPerSecond: number;
  /** CPU seconds of both ends per byte of payload; NaN where there is no /proc. */
  readonly cpuPerByte: number;
}

const PATIENCE_SECONDS = 15;

/** A server and its client, which stand still between measurements. */
export interface Pair {
  /** For `seconds`, of which the first fifth is not counted. */
  measure(seconds: number): Promise<Measured>;
  close(): void;
}

/** @param via port of `path.host` at which the client reaches the server's port. */
export async function openPair(
  server: Peer,
  client: Peer,
  path: Path,
  load: Load,
  via: (port: number) => Promise<number> = async (port) => port,
): Promise<Pair> {
  const up = start([...path.server, ...server.server, "server", String(load.bytes), path.host], server.environment);
  const address = `${path.host}:${await via(Number(await up.line()))}`;
  const command = [...path.client, ...client.client, "client", address, String(load.window)];
  const down = start(command, client.environment);
  return {
    measure: async (seconds) => {
      down.child.stdin?.write(`${seconds}\n`);
      await Promise.race([down.line(seconds), up.failed]);
      const before = up.cpu() + down.cpu();
      const result = await Promise.race([down.line(seconds), up.failed]);
      const cpu = up.cpu() + down.cpu() - before;
      const { bytes, seconds: took } = JSON.parse(result) as { bytes: number; seconds: number };
      return { bytesPerSecond: bytes / took, cpuPerByte: cpu / bytes };
    },
    close: () => {
      down.kill();
      up.kill();
    },
  };
}

interface Running {
  readonly child: ChildProcess;
  /** Rejects when the process ends unasked. */
  readonly failed: Promise<never>;
  /** Its next line; rejects if it does not come within `seconds` and some patience. */
  line(seconds?: number): Promise<string>;
  /** CPU seconds so far, all threads. */
  cpu(): number;
  kill(): void;
}

const running = new Set<ChildProcess>();
let undone = false;

/** Starts a program that ends when its standard input does, so that none outlives this process. */
function start(command: readonly string[], environment: Readonly<Record<string, string>>): Running {
  if (!undone) atEnd(() => running.forEach((child) => void child.kill("SIGKILL")));
  undone = true;
  const [file, ...args] = command as [string, ...string[]];
  const child = spawn(file, args, { env: { ...process.env, ...environment }, stdio: ["pipe", "pipe", "pipe"] });
  running.add(child);
  let errors = "";
  child.stderr.on("data", (bytes: Buffer) => {
    errors = (errors + bytes).slice(-2000);
  });
  child.stdin.on("error", () => {});
  const failed = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => reject(new Error(`${file} ended with ${signal ?? code}: ${errors.trim()}`)));
  });
  failed.catch(() => {});
  child.once("close", () => running.delete(child));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    failed,
    line: async (seconds = 0) => {
      const { promise: late, reject } = Promise.withResolvers<never>();
      const text = () => `${command.join(" ")}: no answer in time: ${errors.trim()}`;
      const timer = setTimeout(() => reject(new Error(text())), (seconds + PATIENCE_SECONDS) * 1e3);
      const next = lines.next().then(({ done, value }) => (done === true ? failed : value));
      return Promise.race([next, failed, late]).finally(() => clearTimeout(timer));
    },
    cpu: () => cpuSeconds(child.pid!),
    kill: () => void child.kill("SIGKILL"),
  };
}

const TICKS_PER_SECOND = 100;

/** utime and stime of proc(5), which follow the scheduler's own count, to a hundredth of a second. */
function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/.*\) /s, "").split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return Number.NaN;
  }
}
