import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { RUN_FILES } from "../../../live/artefacts.ts";
import { openBench, saturatedPlans } from "../../../live/workbench.ts";
import { nominalProfile } from "../../../sim/nominal-profile.ts";
import type { Candidate } from "./candidate.ts";

const PROGRAM = fileURLToPath(new URL("../../../live/cli/edgetwin.js", import.meta.url));
/** Until pods are there, seconds. */
const PATIENCE = 120;

/**
 * Types `edgetwin run`, and ctrl-C in the middle of it, which a terminal sends to everything that it started.
 * @returns how it ended, and what there was of it before.
 */
export async function interrupted(
  { name, nodes, flags, leftovers }: Candidate,
  topology: string,
  folder: string,
): Promise<{ code: number | null; stderr: string; seen: string[] }> {
  const file = join(folder, "interrupted.yaml");
  const [first] = nodes;
  const described = nodes.map(({ name, letter, host, selector }) => [
    name,
    { letter, host, ...(selector && { selector }) },
  ]);
  writeFileSync(
    file,
    stringify({
      apiVersion: "edgetwin/v1",
      name: topology,
      hosts: Object.fromEntries(nodes.map(({ host }) => [host, {}])),
      nodes: Object.fromEntries(described),
      stages: [
        { name: "source", kernel: "synthetic" },
        { name: "relu", kernel: "relu" },
      ],
      workload: { sizes: [64], frames: 1000, warmup: 10, loads: ["20/s"] },
      splits: [first!.letter.repeat(2)],
      groupings: [],
    }),
  );
  // Nothing is measured for it: it is about the end.
  const bench = await openBench(file, {});
  const profile = nominalProfile(bench.topology, saturatedPlans(bench), { cores: availableParallelism() });
  writeFileSync(join(folder, "profile.json"), JSON.stringify(profile));
  const where = ["--runs", join(folder, "runs"), "--name", "interrupted", "--profile", join(folder, "profile.json")];
  const child = spawn(process.execPath, [PROGRAM, "run", file, "--on", name, ...flags, ...where], {
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  let stderr = "";
  child.stderr.on("data", (bytes: Buffer) => {
    stderr += bytes;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const until = performance.now() + PATIENCE * 1e3;
  const running = () => child.exitCode === null && performance.now() < until;
  let seen: string[] = [];
  while (running() && (!existsSync(join(folder, "runs", "interrupted", RUN_FILES.plans)) || seen.length === 0)) {
    await wait(200);
    seen = await leftovers(topology);
  }
  if (running()) {
    // Into its run, past the start of its pods.
    await wait(5000);
    process.kill(-child.pid!, "SIGINT");
  } else child.kill("SIGKILL");
  return { code: await ended, stderr, seen };
}
