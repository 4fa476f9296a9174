import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const FOLDER = new URL("../../kernels/simd/assembly/", import.meta.url);
const OPTIONS = [
  ..."--noAssert --runtime stub --enable simd --enable threads".split(" "),
  // As written, but for small functions (every field of a class is read by one): binaryen's optimizations put the additions of
  // one sum next to each other, which then wait for one another (conv2d 3x3 takes a quarter longer); the engine optimizes anyway.
  ..."--optimizeLevel 0 --runPasses inlining,remove-unused-names,merge-blocks,vacuum".split(" "),
  // The memory is the host's, which both builds share.
  ..."--importMemory --noExportMemory --sharedMemory --initialMemory 1 --maximumMemory 65536".split(" "),
];

/** Text of the module that holds the compiled kernels. @throws Error with the compiler's messages. */
export async function wasmModuleText(): Promise<string> {
  const simd128 = await compile([]);
  const relaxed = await compile(["--enable", "relaxed-simd"]);
  return `// Made from assembly/ by \`npm run update\`.
/** WebAssembly of the portable build, base64. */
export const SIMD128 =
  "${simd128}";
/** WebAssembly of the build with relaxed SIMD, base64. */
export const RELAXED =
  "${relaxed}";
`;
}

async function compile(options: readonly string[]): Promise<string> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(["index.ts", ...OPTIONS, ...options, "--outFile", "out.wasm"], {
    readFile: (name) => {
      try {
        return readFileSync(fileURLToPath(new URL(name, FOLDER)), "utf8");
      } catch {
        // The compiler tries several names for each import.
        return null;
      }
    },
    writeFile: (_name, content) => {
      if (content instanceof Uint8Array) binary = content;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) throw new Error(`assembly does not compile:\n${stderr.toString()}`, { cause: error });
  return Buffer.from(binary).toString("base64");
}
