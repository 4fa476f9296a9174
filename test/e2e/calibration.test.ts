import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { Reading } from "../../sim/calibration/reading.ts";
import type { Profile } from "../../sim/profile.ts";
import { typed as edgetwin, started } from "../cli/edgetwin.ts";

const RUNS = mkdtempSync(join(tmpdir(), "edgetwin-e2e-"));
const PROFILES = join(RUNS, "profiles");
const VERB = ["profile", "topologies/local.yaml", "--splits", "SSSS,EESS", "--sizes", "64", "--runs", RUNS];

/** What is on disk of the calibration, in the order in which it was measured. */
function readings(): Reading[] {
  if (!existsSync(PROFILES)) return [];
  const folder = readdirSync(PROFILES).find((name) => name.endsWith(".readings"));
  if (folder === undefined) return [];
  const names = readdirSync(join(PROFILES, folder)).filter((name) => /^\d+\.json$/.test(name));
  return names.sort().map((name) => JSON.parse(readFileSync(join(PROFILES, folder, name), "utf8")) as Reading);
}

test("a calibration that is killed goes on where it stopped; --budget gives it more time later", async () => {
  const { child, ended } = started([...VERB, "--budget", "1s"]);
  await vi.waitUntil(() => readings().length >= 3, { timeout: 60_000, interval: 100 });
  child.kill("SIGKILL");
  await ended;
  const kept = readings();
  expect(readdirSync(PROFILES).some((name) => name.endsWith(".json"))).toBe(false);

  const second = await edgetwin([...VERB, "--budget", "1s", "--output", "json"]);
  expect(second.code).toBe(0);
  expect(second.stderr).toContain(`goes on after ${kept.length} measurements`);
  const all = readings();
  expect(all.slice(0, kept.length)).toEqual(kept);
  const passes = all.map(({ case: name, round }) => `${name} ${round}`);
  expect(new Set(passes).size).toBe(passes.length);
  expect(new Set(all.map(({ round }) => round))).toEqual(new Set([1, 2]));
  const { calibration } = JSON.parse(second.stdout) as Profile;
  for (const { name, passes } of calibration.costs) {
    // At a frame a millisecond, the source of a busy machine may be at the frame before every time.
    expect(passes, JSON.stringify(name)).toBeGreaterThanOrEqual(name.kind === "lateness" ? 1 : 2);
  }

  // Asked for no more than it has had, it stays as it is.
  expect((await edgetwin(VERB)).stderr).toMatch(/measured \d+ min ago/);
  const more = `${Math.ceil(calibration.seconds) + 15}s`;
  const third = await edgetwin([...VERB, "--budget", more]);
  expect(third.stderr).toContain(`goes on after ${all.length} measurements`);
  expect(readings().length).toBeGreaterThan(all.length);
  for (const line of third.stdout.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
}, 300_000);
