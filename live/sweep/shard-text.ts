import { createHash } from "node:crypto";
import type { UnitResult } from "../../sim/sweep/unit.ts";
import { ArtefactError } from "../artefacts.ts";
import { linesOf, parseLines, type Shard } from "./results.ts";

/** The last line of a shard's text: what it should hold. */
interface Trailer {
  readonly shard: string;
  /** Of the sweep. */
  readonly sweep: string;
  readonly lines: number;
  /** Of the lines before. */
  readonly sha256: string;
}

/** A shard's results as text for a log: JSON Lines, then a line that says how many they are and their digest. */
export function shardText(
  { digest, results }: { readonly digest: string; readonly results: readonly UnitResult[] },
  { k, n }: Shard,
): string {
  const lines = linesOf(results);
  const trailer: Trailer = { shard: `${k}/${n}`, sweep: digest, lines: results.length, sha256: sha256(lines) };
  return `${lines}${JSON.stringify(trailer)}\n`;
}

/**
 * Inverse of {@link shardText}, out of a log that may hold remarks, too.
 * @throws ArtefactError if the log is not whole, or is of another sweep.
 */
export function parseShardText(log: string, name: string, digest: string): UnitResult[] {
  const lines = log.split("\n").filter((line) => line.startsWith("{"));
  const trailer = trailerOf(lines.at(-1));
  if (trailer === null) throw new ArtefactError(`${name}: its log does not end with a shard's digest: it was cut`);
  if (trailer.sweep !== digest) throw new ArtefactError(`${name}: is of sweep ${trailer.sweep}, not ${digest}`);
  const text = lines
    .slice(0, -1)
    .map((line) => `${line}\n`)
    .join("");
  if (lines.length - 1 !== trailer.lines || sha256(text) !== trailer.sha256) {
    throw new ArtefactError(
      `${name}: ${lines.length - 1} of ${trailer.lines} results are in its log: it was cut, take more shards`,
    );
  }
  return parseLines(text, name);
}

function trailerOf(line: string | undefined): Trailer | null {
  if (line === undefined || !line.includes('"sha256"')) return null;
  try {
    return JSON.parse(line) as Trailer;
  } catch {
    return null;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
