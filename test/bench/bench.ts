/**
 * `npm run bench SUITE`: ours and the peers side by side. Peers in npm packages (onnxruntime-node, @tensorflow/tfjs-core with
 * @tensorflow/tfjs-backend-wasm, simjs) are looked up in EDGETWIN_BENCH_PEERS, a folder with node_modules, then in the project.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SUITES: Readonly<Record<string, () => Promise<{ bench: (args: readonly string[]) => Promise<void> }>>> = {
  kernels: () => import("./kernels/bench.ts"),
  hops: () => import("./hops/suite.ts"),
  sim: () => import("./sim/suite.ts"),
  place: () => import("./place.ts"),
  sweep: () => import("./sweep.ts"),
};

/** All of it, peers too, on one core. */
const PINNED: readonly (string | undefined)[] = ["kernels", "sim"];

const [, , suite, ...args] = process.argv;
const load = SUITES[suite ?? ""];
if (load === undefined) {
  process.stderr.write(`usage: npm run bench SUITE; suites: ${Object.keys(SUITES).join(", ")}\n`);
  process.exitCode = 2;
} else if (PINNED.includes(suite) && process.env.EDGETWIN_BENCH_PINNED === undefined && hasTaskset()) {
  const cores = spawnSync("nproc", { encoding: "utf8" }).stdout.trim();
  const command = ["-c", String(Number(cores) - 1), process.execPath, fileURLToPath(import.meta.url), suite!, ...args];
  const env = { ...process.env, EDGETWIN_BENCH_PINNED: "1" };
  process.exitCode = spawnSync("taskset", command, { stdio: "inherit", env }).status ?? 1;
} else await (await load()).bench(args);

function hasTaskset(): boolean {
  return spawnSync("taskset", ["--version"]).status === 0;
}
