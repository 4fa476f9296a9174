import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const bin = (name: string) => join(root, "node_modules/.bin", name);
const folder = mkdtempSync(join(tmpdir(), "edgetwin-package-"));
const app = join(folder, "app");

const USER = `import { type Line, mm1, pipeline, predict, simulateLine } from "edgetwin";

const line: Line = { arrivals: { kind: "poisson", rate: 0.5 }, stations: [{ service: { kind: "exponential", mean: 1 } }] };
const jobs: number = simulateLine(line, { jobs: 1000, seed: 1 }).jobs;
const { plan, profile } = pipeline({ pods: [{ cpu: 1 }, { cpu: 2 }] });
console.log(jobs, mm1(0.5, 1).sojourn, predict(plan, profile, 1).bottleneck.name);
`;

async function inApp(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { cwd: app });
  return stdout;
}

/** Packed from a copy, as the build leaves files where the command line would take them for its own. */
beforeAll(async () => {
  const copy = join(folder, "copy");
  const left = ["node_modules", "dist", "docs", "runs", ".git", ".edgetwin", "coverage"];
  cpSync(root, copy, { recursive: true, filter: (path) => !left.includes(relative(root, path)) });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  await promisify(execFile)("npm", ["pack", "--pack-destination", folder], { cwd: copy });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"))!;
  const installed = join(app, "node_modules/edgetwin");
  mkdirSync(installed, { recursive: true });
  await promisify(execFile)("tar", ["xzf", join(folder, tarball), "-C", installed, "--strip-components=1"]);
  // Of its dependencies the library needs one, for types.
  symlinkSync(join(root, "node_modules/zod"), join(app, "node_modules/zod"));
  writeFileSync(join(app, "package.json"), JSON.stringify({ name: "app", type: "module" }));
  writeFileSync(join(app, "user.ts"), USER);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true }));

describe("the packed library", () => {
  test("runs in Node and in Deno", async () => {
    const printed = "1000 2 pod-1\n";
    expect(await inApp(process.execPath, "user.ts")).toBe(printed);
    expect(await inApp(bin("deno"), "run", "--no-lock", "--node-modules-dir=manual", "user.ts")).toBe(printed);
  });

  test("has its types, and they say no to what is wrong", async () => {
    const check = (file: string) =>
      inApp(bin("tsc"), "--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "", file);
    expect(await check("user.ts")).toBe("");
    writeFileSync(join(app, "wrong.ts"), USER.replace("poisson", "poison"));
    await expect(check("wrong.ts")).rejects.toMatchObject({ stdout: expect.stringContaining(`"poison"`) });
  });

  test("comes without tests and notebooks", () => {
    const names = readdirSync(join(app, "node_modules/edgetwin/dist"));
    expect(names.sort()).toEqual(["kernels", "live", "package.json", "protos", "sim", "stage-service"]);
    const { exports } = JSON.parse(readFileSync(join(app, "node_modules/edgetwin/package.json"), "utf8")) as {
      exports: unknown;
    };
    expect(exports).toHaveProperty([".", "types"]);
  });
});
