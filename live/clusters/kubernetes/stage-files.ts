import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { ArtefactError } from "../../artefacts.ts";
import { isPicture } from "../../stage/images.ts";
import type { PodSpec } from "../cluster.ts";

/** The files that a stage reads when it starts. */
export interface StageFiles {
  /** The stage's parameter that names the folder they lie in, or the one that they are. */
  readonly param: "folder" | "model";
  /** By name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads what the stages of pods will read: images, models. By the stage's name; those that read nothing are left out.
 * @throws ArtefactError that names each file that can't be read.
 */
export function stageFiles(pods: readonly PodSpec[]): Map<string, StageFiles> {
  const all = new Map<string, StageFiles>();
  const problems: string[] = [];
  for (const { stages, baseDirectory } of pods) {
    for (const { name, kernel, params } of stages) {
      try {
        if (kernel === "images") all.set(name, images(resolve(baseDirectory, params.folder as string)));
        if (kernel === "onnx") all.set(name, model(join(baseDirectory, params.model as string)));
      } catch (error) {
        problems.push(`stage ${name}: ${(error as Error).message}`);
      }
    }
  }
  if (problems.length > 0) throw new ArtefactError(problems.join("\n"));
  return all;
}

function images(folder: string): StageFiles {
  const names = readdirSync(folder).filter(isPicture).sort();
  return { param: "folder", files: new Map(names.map((name) => [name, readFileSync(join(folder, name))])) };
}

function model(path: string): StageFiles {
  return { param: "model", files: new Map([[basename(path), readFileSync(path)]]) };
}
