import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { join } from "node:path";
import type { Runner } from "../exec.ts";
import { type Architecture, NODE_ARCH } from "./platform.ts";

const ONNX = "onnxruntime-node";

/** What is used of edgetwin's own package.json. */
interface Manifest {
  readonly version: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

export function ownManifest(): Manifest {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as Manifest;
}

/** The package.json of an image: the native modules that its bundle leaves out, in the versions that run here. */
export function imageManifest(onnx: boolean): object {
  const { version, peerDependencies } = ownManifest();
  const { version: sharp } = JSON.parse(readFileSync(findPackageJSON("sharp", import.meta.url)!, "utf8")) as Manifest;
  const dependencies = { sharp, ...(onnx ? { [ONNX]: peerDependencies[ONNX] } : {}) };
  return { name: "edgetwin-stage", version, private: true, type: "module", dependencies, peerDependencies };
}

/** Has npm put the native modules for an architecture, and what they depend on, into a folder with its package.json. */
export async function addModules(
  architecture: Architecture,
  folder: string,
  manifest: object,
  { runner, dryRun }: { readonly runner: Runner; readonly dryRun: boolean },
): Promise<void> {
  if (!dryRun) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  }
  await runner.run([
    ...["npm", "install", "--prefix", folder, "--os=linux", `--cpu=${NODE_ARCH[architecture]}`, "--libc=glibc"],
    // Install scripts would be this machine's, and these packages need none.
    ...["--omit=dev", "--omit=peer", "--ignore-scripts", "--no-package-lock", "--prefer-offline"],
    ...["--no-audit", "--no-fund"],
  ]);
  if (!dryRun) prune(join(folder, "node_modules", ONNX, "bin"), NODE_ARCH[architecture]);
}

/** onnxruntime-node comes with the libraries of every platform: `bin/napi-v6/linux/x64`. */
function prune(bin: string, arch: string): void {
  for (const api of entries(bin)) {
    for (const platform of entries(join(bin, api))) {
      if (platform !== "linux") rmSync(join(bin, api, platform), { recursive: true });
      else
        for (const one of entries(join(bin, api, platform)))
          if (one !== arch) rmSync(join(bin, api, platform, one), { recursive: true });
    }
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Not installed.
    return [];
  }
}
