import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { inChromium } from "./platforms/chromium.ts";
import { digests } from "./platforms/simulations.ts";
import { stripped } from "./platforms/stripped.ts";

const SIMULATIONS = "test/e2e/platforms/simulations.ts";
const PRINT = "test/e2e/platforms/print.ts";
const root = fileURLToPath(new URL("../../", import.meta.url));
const here = digests(1);

/** A program of one of these names on the PATH, or at one of these paths. */
function find(...names: string[]): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const paths = names.flatMap((name) => (name.includes("/") ? name : folders.map((folder) => join(folder, name))));
  return paths.find((path) => existsSync(path)) ?? null;
}

const deno = find(join(root, "node_modules/.bin/deno"));
const chromium = find("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
const webkit = find(
  "jsc",
  ...["4.0", "4.1", "6.0"].flatMap((version) =>
    ["x86_64", "aarch64"].flatMap((arch) =>
      ["webkit2gtk", "webkitgtk"].map((name) => `/usr/lib/${arch}-linux-gnu/${name}-${version}/jsc`),
    ),
  ),
);

async function printed(program: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(program, args, { cwd: root });
  return JSON.parse(stdout);
}

const why = (program: string | null, how: string) => (program === null ? ` (skipped: ${how})` : "");

describe("the same seed gives the same bytes", () => {
  test("in Node, run as a program", async () => {
    expect(await printed(process.execPath, PRINT)).toEqual(here);
  });

  test.skipIf(deno === null)(`in Deno, from the sources${why(deno, "not in node_modules: npm ci")}`, async () => {
    // Nothing but the sources: no configuration, no packages, no net.
    const offline = ["--no-config", "--no-lock", "--no-npm", "--no-remote"];
    expect(await printed(deno!, "run", ...offline, PRINT)).toEqual(here);
  });

  test.skipIf(chromium === null)(`in Chromium${why(chromium, "apt install chromium")}`, async () => {
    expect(JSON.parse(await inChromium(chromium!, SIMULATIONS))).toEqual(here);
  });

  // Node, Deno and Chromium have one engine, V8; this is another, with elementary functions of its own.
  test.skipIf(webkit === null)(
    `in WebKit's engine${why(webkit, "no jsc: apt install libjavascriptcoregtk-4.0-bin")}`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "edgetwin-webkit-"));
      try {
        for (const [path, code] of stripped(PRINT)) {
          mkdirSync(dirname(join(folder, path)), { recursive: true });
          // This shell has `print` for `console.log`.
          writeFileSync(join(folder, path), code.replace(/^console\.log\(/m, "print("));
        }
        expect(await printed(webkit!, "-m", join(folder, PRINT))).toEqual(here);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

test("digests tell seeds apart, and are of different things", () => {
  const other = digests(2);
  // What theory says does not depend on a seed.
  expect(Object.keys(here).filter((name) => here[name] === other[name])).toEqual(["theory"]);
  // Of several servers there is one engine, whoever asks for it.
  expect(new Set(Object.values(here)).size).toBe(Object.keys(here).length - 1);
});
