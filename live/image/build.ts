import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError, programs, type Runner } from "../exec.ts";
import { bundleStage } from "./bundle.ts";
import { addModules, imageManifest, ownManifest } from "./modules.ts";
import { addNode } from "./node-files.ts";
import { type Architecture, ownArchitecture } from "./platform.ts";
import { type Build, buildSteps, findTool, localNames, type Tool } from "./tools.ts";

const CONTAINERFILE = fileURLToPath(new URL("./Containerfile", import.meta.url));

export interface ImageOptions {
  /** Name of the image, its registry and tag included. */
  readonly reference: string;
  readonly architectures: readonly Architecture[];
  readonly push: boolean;
  /** Image to build on; left out: the official Node image. */
  readonly base?: string;
  /** Built on nothing: Node and its libraries come from this machine, npm and Debian. */
  readonly airGapped: boolean;
  /** With onnxruntime-node, for stages that are models. */
  readonly onnx: boolean;
  /** Program that builds; left out: the first that works here. */
  readonly tool?: Tool;
  /** Folder for what it is built of, and for what was fetched to that end. */
  readonly folder: string;
  readonly runner: Runner;
  /** The runner only prints; so does `note`. */
  readonly dryRun: boolean;
  /** Told of each step that is no command. */
  readonly note: (text: string) => void;
}

export interface BuiltImage {
  readonly tool: Tool;
  /** On this machine. */
  readonly names: readonly string[];
}

/** Builds the stage service's image. @throws CommandError if a step fails. */
export async function buildImage(options: ImageOptions): Promise<BuiltImage> {
  const { architectures, airGapped, onnx, runner, dryRun, note, reference, push } = options;
  // Before anything is fetched. Looking changes nothing, so a dry run looks, too, unless it is told.
  const tool =
    dryRun && options.tool !== undefined ? options.tool : await findTool(dryRun ? programs : runner, options.tool);
  const base = airGapped ? "scratch" : options.base;
  const folder = resolve(options.folder);
  const context = join(folder, "context");
  const { version } = ownManifest();
  const build: Build = {
    ...{ context, reference, architectures, version, push, own: ownArchitecture() },
    ...(base === undefined ? {} : { base }),
  };

  note(`the stage service as a bundle -> ${context}/stage`);
  if (!dryRun) {
    rmSync(context, { recursive: true, force: true });
    mkdirSync(context, { recursive: true });
    copyFileSync(CONTAINERFILE, join(context, "Containerfile"));
    await bundleStage(join(context, "stage"));
  }
  for (const architecture of architectures) {
    const root = join(context, architecture);
    const home = join(root, "edgetwin");
    note(`package.json with ${dependencyNames(onnx)} -> ${home}`);
    await addModules(architecture, home, imageManifest(onnx), { runner, dryRun });
    if (airGapped) {
      const cache = join(folder, "fetched");
      await addNode(architecture, root, join(home, "node_modules"), { runner, dryRun, cache, note });
    }
  }
  // Whatever the umask here: in a container it is another user's that reads them.
  await runner.run(["chmod", "-R", "a+rX", context]);
  for (const { words, mayFail } of buildSteps(tool, build)) {
    await runner.run(words).catch((error: Error) => {
      if (!(mayFail && error instanceof CommandError)) throw error;
    });
  }
  return { tool, names: [...localNames(build).values()].flat() };
}

function dependencyNames(onnx: boolean): string {
  return onnx ? "sharp, onnxruntime-node" : "sharp";
}
