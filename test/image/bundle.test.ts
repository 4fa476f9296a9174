import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleStage } from "../../live/image/bundle.ts";
import type { PodConfigInput } from "../../live/stage/config.ts";
import { NODE_FLAGS } from "../../live/stage/runtime.ts";
import { writeInputs } from "../../live/sweep/inputs.ts";
import { manifestOf } from "../../live/sweep/results.ts";
import { parseShardText } from "../../live/sweep/shard-text.ts";
import { Predictor, shardOf, unitsOf } from "../../sim/sweep/unit.ts";
import { expectServing } from "../live/health.ts";
import { sweepOfTwo } from "../sweep/fixture.ts";

/** With no node_modules above it: what is not in the bundle is not found. */
const folder = mkdtempSync(join(tmpdir(), "edgetwin-bundle-"));
const program = (name: string) => join(folder, "live/stage", `${name}.js`);
const running: ChildProcess[] = [];

beforeAll(async () => {
  await bundleStage(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
});

afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

async function serve(config: Partial<PodConfigInput>): Promise<{ port: number; child: ChildProcess }> {
  const pod = { name: "a", node: "n", port: 0, upstream: null, ...config };
  const child = spawn(process.execPath, [...NODE_FLAGS, program("main")], {
    env: { ...process.env, EDGETWIN_POD: JSON.stringify(pod) },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  running.push(child);
  const { ready } = await new Promise<{ ready: number }>((resolve, reject) => {
    child.once("message", (message) => resolve(message as { ready: number }));
    child.once("exit", (code) => reject(new Error(`the pod ended with ${code}`)));
  });
  return { port: ready, child };
}

test("a pod of the bundle serves, with workers and metrics, as it says until it ends", async () => {
  const stages = [
    { name: "s", kernel: "synthetic", params: {} },
    { name: "c", kernel: "conv2d", params: {} },
  ];
  const { port, child } = await serve({ stages, workers: 2 });
  await expectServing(`127.0.0.1:${port}`);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  await expect(expectServing(`127.0.0.1:${port}`)).rejects.toThrow(/UNAVAILABLE/);
});

test("it is small, and needs no package but native ones", () => {
  const files = readdirSync(join(folder, "live/stage"));
  const bytes = files.reduce((sum, file) => sum + statSync(join(folder, "live/stage", file)).size, 0);
  expect(bytes).toBeLessThan(4e6);
  const imported = files.flatMap((file) =>
    Array.from(
      readFileSync(join(folder, "live/stage", file), "utf8").matchAll(
        /^(?:import|export)\b[^"'\n]*\bfrom ["']([^"']+)["']|^import ["']([^"']+)["']|\b(?:import|__require)\(["']([^"'.][^"']*)["']\)/gm,
      ),
      (match) => match[1] ?? match[2] ?? match[3]!,
    ),
  );
  const packages = new Set(
    imported.filter((name) => !name.startsWith(".") && !name.startsWith("node:") && !builtinModules.includes(name)),
  );
  expect([...packages]).toEqual(["sharp"]);
});

test("a pod of a sweep prints the shard that the sources would, of the same model", async () => {
  const { sweep, profiles } = await sweepOfTwo(["window=1,2"], { replications: 2 });
  const inputs = join(folder, "inputs.json.gz");
  writeInputs(inputs, { sweep, profiles });
  const { stdout } = await promisify(execFile)(process.execPath, [program("sweep-shard"), inputs, "2"], {
    env: { ...process.env, JOB_COMPLETION_INDEX: "1" },
  });
  const predictor = new Predictor(sweep, profiles);
  const shard = shardOf(unitsOf(sweep), { k: 2, n: 2 }).map((unit) => predictor.predict(unit));
  expect(parseShardText(stdout, "its output", manifestOf({ sweep, profiles }).digest)).toEqual(shard);
});
