import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeJson, writeWhole } from "../../live/artefacts.ts";
import type { Cluster } from "../../live/clusters/cluster.ts";
import { processes } from "../../live/clusters/processes.ts";
import { Checkpoint } from "../../live/measure/checkpoint.ts";
import { fingerprint } from "../../live/measure/fingerprint.ts";
import { subjectOf } from "../../live/measure/subject.ts";
import { obtainProfile } from "../../live/obtain-profile.ts";
import { SILENT } from "../../live/progress.ts";
import { openBench, saturatedPlans, usedNodes } from "../../live/workbench.ts";
import { nominalProfile } from "../../sim/nominal-profile.ts";

const bench = await openBench("topologies/local.yaml", { sizes: "16" });
const { topology, baseDirectory } = bench;
const plans = saturatedPlans(bench);
const { digest } = subjectOf(topology, plans, baseDirectory);
const { signal } = new AbortController();
const print = fingerprint(digest, await processes.surroundings(usedNodes(bench), tmpdir(), signal));
/** It would measure, were it let. */
const cluster: Cluster = { ...processes, deploy: () => Promise.reject(new Error("it measures")) };
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3600e3);

/** A folder of runs with a profile in it. */
function folder(created: Date) {
  const runs = mkdtempSync(join(tmpdir(), "edgetwin-test-"));
  const path = join(runs, "profiles", `${topology.name}-${digest}.json`);
  const profile = {
    ...nominalProfile(topology, plans, { cores: 2 }),
    created: created.toISOString(),
    fingerprint: print,
  };
  writeJson(path, profile);
  return { runs, path, readings: path.replace(/json$/, "readings"), profile };
}

function obtained(runs: string) {
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  const profile = obtainProfile(bench, { cluster, runs, signal, progress: SILENT, say });
  return profile.then(
    (profile) => ({ profile, said }),
    (error: Error) => ({ error: error.message, said }),
  );
}

test("a profile is kept for a day", async () => {
  const { runs, profile } = folder(hoursAgo(23));
  expect(await obtained(runs)).toMatchObject({ profile });
  expect(await obtained(folder(hoursAgo(25)).runs)).toMatchObject({ error: "it measures" });
});

test("from its first measurement on, however often it went on", async () => {
  const young = folder(hoursAgo(1));
  Checkpoint.anew(young.readings, print, hoursAgo(22));
  expect(await obtained(young.runs)).toMatchObject({ profile: young.profile });
  const old = folder(hoursAgo(1));
  Checkpoint.anew(old.readings, print, hoursAgo(25));
  expect(await obtained(old.runs)).toMatchObject({ error: "it measures" });
});

test("one that was begun anew and cut off makes an old profile no younger", async () => {
  const { runs, readings } = folder(hoursAgo(30));
  Checkpoint.anew(readings, print);
  expect(await obtained(runs)).toMatchObject({ error: "it measures" });
});

test("one that can't be read is measured anew, and it says so", async () => {
  const { runs, path } = folder(hoursAgo(1));
  writeWhole(path, "{");
  const { said, ...result } = await obtained(runs);
  expect(result).toMatchObject({ error: "it measures" });
  expect(said.join("\n")).toContain(`profile: does not fit: ${path}: not readable as JSON`);
});

test("while another process calibrates the same, it says so, and does not; afterwards the lock is gone", async () => {
  const { runs, readings } = folder(hoursAgo(30));
  // The test's parent lives as long as the test does.
  writeWhole(`${readings}.pid`, String(process.ppid));
  expect(await obtained(runs)).toMatchObject({
    error: expect.stringContaining(`process ${process.ppid} calibrates the same`),
  });
  writeWhole(`${readings}.pid`, "");
  expect(await obtained(runs)).toMatchObject({ error: "it measures" });
  expect(existsSync(`${readings}.pid`)).toBe(false);
});
