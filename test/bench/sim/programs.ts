import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Outcome, Runner } from "./workload.ts";

const execute = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
/** Debian's SimPy is for Debian's Python, whatever comes first in PATH. */
const PYTHON = "/usr/bin/python3";

let folder: string | undefined;

/** For compiled peers; goes with this process. */
function scratch(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), "edgetwin-bench-"));
    process.on("exit", () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return folder;
}

/** A command that gets workload and jobs as arguments and prints seconds and values as JSON, or why there is none. */
export type Program = {
  readonly name: string;
  readonly ours?: boolean;
  readonly env?: Readonly<Record<string, string>>;
} & ({ readonly command: readonly string[] } | { readonly missing: string });

export function ours(engine: string): Program {
  return { name: engine, ours: true, command: [process.execPath, here("ours.ts"), engine] };
}

/** As the package is, compiled before: in the first run Node strips the types, which takes some 25 MB, and keeps what comes of that. */
export function twin(engine: "compiled" | "interpreted" = "compiled"): Program {
  return {
    name: engine === "compiled" ? "twin" : engine,
    ours: engine === "compiled",
    command: [process.execPath, here("twin.ts"), ...(engine === "compiled" ? [] : [engine])],
    env: { NODE_COMPILE_CACHE: join(scratch(), "compiled") },
  };
}

export function cLoop(): Promise<Program> {
  return compiled("C, heap", "cc", ["-O2", "-march=native"], "peers/heap.c", ["-lm"], "apt install gcc");
}

export function simGrid(): Promise<Program> {
  return compiled(
    "SimGrid",
    "c++",
    ["-O2", "-std=c++17"],
    "peers/simgrid.cc",
    ["-lsimgrid"],
    "apt install libsimgrid-dev g++",
  );
}

async function compiled(
  name: string,
  compiler: string,
  flags: readonly string[],
  source: string,
  libraries: readonly string[],
  install: string,
): Promise<Program> {
  const program = join(scratch(), name.replace(/\W/g, ""));
  try {
    await execute(compiler, [...flags, "-o", program, here(source), ...libraries]);
    return { name, command: [program] };
  } catch {
    return { name, missing: `does not compile here; ${install}` };
  }
}

export async function simPy(): Promise<Program> {
  const name = "SimPy";
  try {
    await execute(PYTHON, ["-c", "import simpy; simpy.Store"]);
    return { name, command: [PYTHON, here("peers/line.py")] };
  } catch {
    return { name, missing: "not installed; apt install python3-simpy3" };
  }
}

/** Looked up in EDGETWIN_BENCH_PEERS, then in the project. */
export function simJs(): Program {
  const name = "simjs";
  const peers = process.env.EDGETWIN_BENCH_PEERS;
  for (const from of [...(peers === undefined ? [] : [join(peers, "package.json")]), import.meta.url]) {
    try {
      const path = createRequire(from).resolve("simjs");
      return { name, command: [process.execPath, here("peers/simjs.ts"), path] };
    } catch {
      // Elsewhere, then, or nowhere.
    }
  }
  return { name, missing: "not installed; npm i simjs in a folder that EDGETWIN_BENCH_PEERS names" };
}

/** Runs a program on a workload. */
export function runnerOf(program: Program, workload: string, jobs: number): Runner | { name: string; missing: string } {
  if ("missing" in program) return program;
  const [file, ...args] = program.command;
  return {
    name: program.name,
    ours: program.ours ?? false,
    jobs,
    async run(): Promise<Outcome> {
      const { stdout } = await execute(file!, [...args, workload, String(jobs)], {
        env: { ...process.env, ...program.env },
      });
      const { seconds, ...values } = JSON.parse(stdout) as { seconds: number } & Record<string, number>;
      return { seconds, values };
    },
  };
}
