import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const KERNELS = {
  folder: new URL("../../kernels/simd/assembly/", import.meta.url),
  options: [
    ..."--noAssert --runtime stub --enable simd --enable threads".split(" "),
    // As written, but for small functions (every field of a class is read by one): binaryen's optimizations put the additions of
    // one sum next to each other, which then wait for one another (conv2d 3x3 takes a quarter longer); the engine optimizes anyway.
    ..."--optimizeLevel 0 --runPasses inlining,remove-unused-names,merge-blocks,vacuum".split(" "),
    // The memory is the host's, which both builds share.
    ..."--importMemory --noExportMemory --sharedMemory --initialMemory 1 --maximumMemory 65536".split(" "),
  ],
};
const ENGINE = {
  folder: new URL("../../sim/compiled/assembly/", import.meta.url),
  // An address is a positive integer of 32 bits in JavaScript, too.
  options: "--noAssert --runtime stub -O3 --maximumMemory 32767".split(" "),
};

/** Text of the module that holds the compiled kernels. @throws Error with the compiler's messages. */
export async function kernelsModuleText(): Promise<string> {
  return moduleText({
    SIMD128: ["WebAssembly of the portable build, base64.", await compile(KERNELS)],
    RELAXED: ["WebAssembly of the build with relaxed SIMD, base64.", await compile(KERNELS, "--enable", "relaxed-simd")],
  });
}

/** The same of the module that holds the compiled engine. */
export async function engineModuleText(): Promise<string> {
  return moduleText({ TWIN: ["WebAssembly of the engine, base64.", await compile(ENGINE)] });
}

function moduleText(constants: Readonly<Record<string, readonly [what: string, base64: string]>>): string {
  const lines = Object.entries(constants).map(
    ([name, [what, base64]]) => `/** ${what} */\nexport const ${name} =\n  "${base64}";\n`,
  );
  return `// Made from assembly/ by \`npm run update\`.\n${lines.join("")}`;
}

async function compile({ folder, options }: typeof KERNELS, ...more: readonly string[]): Promise<string> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(["index.ts", ...options, ...more, "--outFile", "out.wasm"], {
    readFile: (name) => {
      try {
        return readFileSync(fileURLToPath(new URL(name, folder)), "utf8");
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
  if (error !== null || binary === undefined)
    throw new Error(`assembly does not compile:\n${stderr.toString()}`, { cause: error });
  return Buffer.from(binary).toString("base64");
}
