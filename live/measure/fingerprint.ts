import { createHash } from "node:crypto";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { arch, cpus, hostname, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { engine } from "../../kernels/simd/engine.ts";
import type { Fingerprint } from "../../sim/profile.ts";
import { readMachine, tuningOf } from "../stage/machine.ts";

const VERSION = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** Digest of the code whose cost is measured: kernels and the stage service. */
function codeDigest(): string {
  const hash = createHash("sha256");
  for (const folder of ["../../kernels/", "../stage/"]) {
    const url = new URL(folder, import.meta.url);
    for (const entry of readdirSync(url, { recursive: true, withFileTypes: true }).sort(byPath)) {
      if (entry.isFile()) hash.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

function byPath(a: Dirent, b: Dirent): number {
  const [first, second] = [join(a.parentPath, a.name), join(b.parentPath, b.name)];
  return first < second ? -1 : Number(first > second);
}

/** What this machine is, and what was measured on it. */
export function fingerprint(subject: string): Fingerprint {
  const tuning = tuningOf(readMachine());
  return {
    hostname: hostname(),
    platform: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    ...(tuning === null ? {} : { tuning }),
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    edgetwin: VERSION,
    vectors: engine("relaxed").build,
    code: codeDigest(),
    subject,
  };
}

/** The first property in which two fingerprints differ, as a sentence; `null` if they agree. */
export function difference(of: Fingerprint, to: Fingerprint): string | null {
  for (const key of Object.keys({ ...of, ...to }) as (keyof Fingerprint)[]) {
    if (of[key] !== to[key]) return `${key} was ${of[key] ?? "not told"}, is ${to[key] ?? "not told"}`;
  }
  return null;
}
