import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Find, Runner } from "./runner.ts";

const source = (name: string) => fileURLToPath(new URL(`native/${name}`, import.meta.url));

/** C, as fast as this machine's compiler makes it. @param folder for files, the caller removes it. */
export const findC =
  (folder: string): Find =>
  async () => {
    const out = join(folder, "loops");
    const base = ["-O3", "-march=native", "-o", out, source("loops.c"), "-lm"];
    // The widest vectors, where there are such: compilers are shy of them.
    const problem = compile("cc", ["-mprefer-vector-width=512", ...base]) && compile("cc", base);
    return problem ?? native("C -O3", out, folder);
  };

export const findOpenCV =
  (folder: string): Find =>
  async () => {
    const out = join(folder, "opencv");
    const include = "-I/usr/include/opencv4";
    const problem = compile("c++", [
      "-O3",
      include,
      "-o",
      out,
      source("opencv.cpp"),
      "-lopencv_imgproc",
      "-lopencv_core",
    ]);
    return problem ?? native("OpenCV", out, folder);
  };

function compile(command: string, args: readonly string[]): string | null {
  const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (error !== undefined) return `no ${command}`;
  return status === 0 ? null : (stderr.split("\n").find((line) => line.includes("error")) ?? stderr).trim();
}

/** A program of `native/`. */
function native(name: string, program: string, folder: string): Runner {
  const child: ChildProcessWithoutNullStreams = spawn(program);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line: string): Promise<string> => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${name} ended`);
    return value as string;
  };
  return {
    name,
    async prepare({ case: { name: wanted }, input, samples, weights }) {
      writeFileSync(join(folder, "input"), samples);
      writeFileSync(join(folder, "weights"), weights);
      if ((await ask(`load ${wanted} ${input.height} ${input.width} ${folder}`)) === "none") return null;
      const { buffer } = new Uint8Array(readFileSync(join(folder, "output")));
      return {
        time: async (frames) => Number(await ask(`time ${frames}`)) / 1e6,
        output: () => new Float32Array(buffer),
      };
    },
    close() {
      child.stdin.end();
    },
  };
}
