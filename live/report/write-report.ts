import { join } from "node:path";
import type { Comparison } from "../../sim/comparison.ts";
import type { Profile } from "../../sim/profile.ts";
import { RUN_FILES, readJson, writeWhole } from "../artefacts.ts";
import { commandText } from "../exec.ts";
import { renderReport } from "./report.ts";

/** Writes report.html into the folder of a run that was compared. @returns its path. */
export async function writeReport(folder: string): Promise<string> {
  const comparison = readJson<Comparison>(join(folder, RUN_FILES.comparison));
  const { fingerprint, created } = readJson<Profile>(join(folder, RUN_FILES.profile));
  const { hostname, cpu, cores, memoryBytes, platform, kernel, arch, node, vectors } = fingerprint;
  const html = await renderReport(comparison, {
    date: comparison.created,
    machine: [
      `${hostname}: ${cpu}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB`,
      `${platform} ${kernel} ${arch}, Node ${node}`,
      `vector kernels: simd128, and ${vectors} where a stage asks for relaxed`,
      `calibrated ${created}`,
    ],
    commands: [commandText(["npx", "edgetwin", ...readJson<string[]>(join(folder, RUN_FILES.command))])],
    version: fingerprint.edgetwin,
  });
  const path = join(folder, RUN_FILES.report);
  writeWhole(path, html);
  return path;
}
