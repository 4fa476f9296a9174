import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { emptyPodTrace, type PodTrace, STAMPS, type Trace } from "../sim/trace.ts";

/** A file could not be read, or is not what it should be; says which and why. */
export class ArtefactError extends Error {
  override readonly name = "ArtefactError";
}

/** A file or folder could not be written: the disk is full, for example. */
export class WriteError extends Error {
  override readonly name = "WriteError";

  constructor(path: string, { code, message }: NodeJS.ErrnoException) {
    const why = code === "ENOSPC" ? "the disk is full" : code === "EACCES" ? "permission denied" : message;
    super(`${path}: can't be written: ${why}`);
  }
}

/**
 * Writes a file whole or not at all: to a temporary one beside it, then renamed.
 * @param mode who may read it; left out: whoever the umask lets.
 * @throws WriteError, with nothing half written left behind.
 */
export function writeWhole(path: string, content: string | Uint8Array, mode?: number): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, content, mode === undefined ? {} : { mode });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new WriteError(path, error as NodeJS.ErrnoException);
  }
}

export function writeJson(path: string, value: unknown): void {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** @throws ArtefactError if the file is missing or is no JSON. */
export function readJson<T>(path: string): T {
  const text = readText(path);
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new ArtefactError(`${path}: not readable as JSON: ${(error as Error).message}`);
  }
}

export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ArtefactError(
      `${path}: ${code === "ENOENT" ? "no such file" : code === "EISDIR" ? "is a folder, not a file" : message}`,
    );
  }
}

/** Names within a run's folder. */
export const RUN_FILES = {
  topology: "topology.yaml",
  command: "command.json",
  plans: "plan.json",
  profile: "profile.json",
  surroundings: "surroundings.json",
  predictions: "predictions.json",
  comparison: "comparison.json",
  report: "report.html",
  traces: "traces",
  logs: "logs",
} as const;

export function tracePath(folder: string, plan: string, origin: Trace["origin"], repeat: number): string {
  return join(folder, RUN_FILES.traces, `${plan}.${origin}-${repeat}.jsonl`);
}

interface TraceHeader {
  readonly plan: string;
  readonly origin: Trace["origin"];
  readonly repeat: number;
  readonly frames: number;
  readonly warmup: number;
  readonly columns: readonly string[];
  readonly drops?: Trace["drops"];
  readonly happened?: Trace["happened"];
  readonly pods: readonly Pick<PodTrace, "pod" | "node" | "clock" | "workers">[];
}

/** JSON Lines: a header, then a line a frame with its stamps per pod, raw, in seconds; `null` where nothing happened. */
export function formatTrace(trace: Trace): string {
  const { plan, origin, repeat, frames, warmup, pods, scheduled, drops, happened } = trace;
  const header: TraceHeader = {
    plan,
    origin,
    repeat,
    frames,
    warmup,
    columns: STAMPS,
    ...(drops && { drops }),
    ...(happened && { happened }),
    pods: pods.map(({ pod, node, clock, workers }) => ({ pod, node, clock, workers })),
  };
  const lines = [JSON.stringify(header)];
  for (let frame = 0; frame < frames; frame++) {
    const stamps = pods.map((pod) => STAMPS.map((stamp) => pod[stamp][frame]));
    lines.push(
      JSON.stringify({ frame, ...(frame < warmup ? { warmup: true } : {}), scheduled: scheduled[frame], pods: stamps }),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** @throws ArtefactError naming the line that can't be read. */
export function parseTrace(text: string, path: string): Trace {
  const lines = text.trimEnd().split("\n");
  const parse = (line: string, number: number): unknown => {
    try {
      return JSON.parse(line);
    } catch (error) {
      throw new ArtefactError(`${path}:${number}: not readable as JSON: ${(error as Error).message}`);
    }
  };
  const header = parse(lines[0] ?? "", 1) as TraceHeader;
  const { plan, origin, repeat, frames, warmup, columns, drops, happened, pods: podHeaders } = header;
  const foreign = columns?.find((column, i) => column !== STAMPS[i]);
  if (!Number.isInteger(frames) || foreign !== undefined) {
    throw new ArtefactError(
      `${path}:1: not the header of a trace of this version (columns should be ${STAMPS.join(", ")})`,
    );
  }
  if (lines.length !== frames + 1)
    throw new ArtefactError(`${path}: ${lines.length - 1} frames, where its header says ${frames}`);
  const scheduled = new Float64Array(frames);
  const pods = podHeaders.map(({ pod, node, clock, workers }) => emptyPodTrace(pod, node, frames, { clock, workers }));
  for (let frame = 0; frame < frames; frame++) {
    const record = parse(lines[frame + 1]!, frame + 2) as { scheduled: number | null; pods: (number | null)[][] };
    scheduled[frame] = record.scheduled ?? Number.NaN;
    pods.forEach((pod, i) => {
      STAMPS.forEach((stamp, j) => {
        pod[stamp][frame] = record.pods[i]?.[j] ?? Number.NaN;
      });
    });
  }
  const more = { ...(drops && { drops }), ...(happened && { happened }) };
  return { plan, origin, repeat, frames, warmup, scheduled, pods, ...more };
}
