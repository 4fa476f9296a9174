import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { CASES, relaxedTolerances } from "./arm64/cases.ts";
import type { Digests } from "./arm64/digests.ts";

const PROGRAM = fileURLToPath(new URL("arm64/digests.ts", import.meta.url));

/** As `arm64/prepare.sh` leaves it. */
function prepared(): string {
  const manifest = fileURLToPath(new URL("../../node_modules/node/package.json", import.meta.url));
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const { EDGETWIN_ARM64, XDG_CACHE_HOME } = process.env;
  const cache = EDGETWIN_ARM64 || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "edgetwin", "arm64");
  return join(cache, `node-${version}`);
}

const folder = prepared();
const emulator = join(folder, "qemu");
const skipped =
  process.arch === "x64" && existsSync(emulator) ? null : `no arm64 Node in ${folder}: run test/e2e/arm64/prepare.sh`;

async function digests(file: string, ...args: string[]): Promise<Digests> {
  const { stdout } = await promisify(execFile)(file, [...args, PROGRAM], { maxBuffer: 64 * 2 ** 20 });
  return JSON.parse(stdout) as Digests;
}

const here = digests(process.execPath);

/** The same bytes, and outputs of `relaxed` within its tolerance. @returns how many of those outputs differ. */
function same(got: Digests, expected: Digests): number {
  expect(got.digests).toEqual(expected.digests);
  expect(Object.keys(got.relaxed)).toEqual(Object.keys(expected.relaxed));
  let different = 0;
  for (const one of CASES.filter(({ name }) => name in expected.relaxed)) {
    const [ours, theirs] = [got.relaxed[one.name]!, expected.relaxed[one.name]!];
    const tolerances = relaxedTolerances(one);
    expect(ours.length, one.name).toBe(tolerances.length);
    for (const [i, tolerance] of tolerances.entries()) {
      const apart = Math.abs(ours[i]! - theirs[i]!);
      if (!(apart <= tolerance)) throw new Error(`${one.name}: ${ours[i]} and ${theirs[i]}, tolerance ${tolerance}`);
      if (apart > 0) different++;
    }
  }
  return different;
}

describe.skipIf(skipped !== null)(`arm64 beside amd64${skipped === null ? "" : ` (${skipped})`}`, () => {
  test("every kernel and implementation, fused ones, sources, frame messages and random numbers", async () => {
    const there = await digests(emulator, "-L", join(folder, "root"), join(folder, "node"));
    expect([there.arch, there.build]).toEqual(["arm64", "relaxed"]);
    same(there, await here);
  });
});

test.skipIf(process.arch !== "x64")(
  "an amd64 without fused multiply-add: relaxed differs, within its tolerance",
  async () => {
    const plain = await digests(process.execPath, "--no-enable-fma3");
    expect(plain.build).toBe("relaxed");
    expect(same(plain, await here)).toBeGreaterThan(1000);
  },
);

test("digests are of every case, and not of one and the same", async () => {
  const { digests, relaxed } = await here;
  const there = [...Object.keys(digests), ...Object.keys(relaxed)];
  expect(CASES.map(({ name }) => name).filter((name) => !there.includes(name))).toEqual([]);
  expect(new Set(Object.values(digests)).size).toBeGreaterThan(there.length / 3);
});
