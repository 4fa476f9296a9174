import { cpSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { codeDigest } from "../stage/code-digest.ts";
import { modelVersion } from "../sweep/model-version.ts";

/** Where the build of the package leaves the bundle, from `dist/live/image`. */
const BUILT = "../../stage-service";
const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Writes the stage service, and the program of a sweep's pods, as a few files that need no packages but native ones: a pod starts in half the time that the
 * sources take. Out of sources it is bundled; the built package has it already.
 * @param folder gets `live/stage/`, `protos/`, `proto/`. @param root of the package that it goes with: its build's, while that is made.
 */
export async function bundleStage(folder: string, root?: URL): Promise<void> {
  if (import.meta.url.endsWith(".ts")) await bundle(folder, modelVersion(root));
  else cpSync(fileURLToPath(new URL(BUILT, import.meta.url)), folder, { recursive: true });
}

async function bundle(folder: string, version: string): Promise<void> {
  const { rolldown } = await import("rolldown");
  const programs = [
    ...["main", "worker", "gateway"].map((name) => [name, join(root, `live/stage/${name}.ts`)]),
    ["sweep-shard", join(root, "live/sweep/shard-main.ts")],
  ];
  const bundled = await rolldown({
    input: Object.fromEntries(programs),
    platform: "node",
    // Native code, by architecture.
    external: ["sharp", "onnxruntime-node"],
    // Of packages that look for their files beside themselves.
    transform: {
      define: {
        __dirname: "import.meta.dirname",
        EDGETWIN_MODEL: JSON.stringify(version),
        EDGETWIN_CODE: JSON.stringify(codeDigest()),
      },
    },
  });
  // One folder for all, at the depth of the sources: the programs find each other and the protos by relative paths.
  await bundled.write({
    dir: join(folder, "live/stage"),
    format: "es",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  });
  await bundled.close();
  cpSync(join(root, "protos"), join(folder, "protos"), { recursive: true });
  const health = dirname(createRequire(import.meta.url).resolve("grpc-health-check"));
  mkdirSync(join(folder, "proto"), { recursive: true });
  cpSync(join(health, "../../proto/health"), join(folder, "proto/health"), { recursive: true });
}
