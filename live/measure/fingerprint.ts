import { readFileSync } from "node:fs";
import { arch, cpus, hostname, platform, release, totalmem } from "node:os";
import type { Fingerprint } from "../../sim/profile.ts";

const VERSION = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** What this machine is, and what was measured on it. */
export function fingerprint(subject: string): Fingerprint {
  return {
    hostname: hostname(),
    platform: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    edgetwin: VERSION,
    subject,
  };
}

/** The first property in which two fingerprints differ, as a sentence; `null` if they agree. */
export function difference(of: Fingerprint, to: Fingerprint): string | null {
  for (const key of Object.keys(to) as (keyof Fingerprint)[]) {
    if (of[key] !== to[key]) return `${key} was ${of[key]}, is ${to[key]}`;
  }
  return null;
}
