import { existsSync, readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { ArtefactError, writeWhole } from "../artefacts.ts";
import type { WorkerInputs } from "./tasks.ts";

/** Everything that a sweep predicts from, as one file: another machine needs neither the topology's files nor a calibration. */
export function inputsBytes(inputs: WorkerInputs): Buffer {
  return gzipSync(JSON.stringify(inputs));
}

export function writeInputs(path: string, inputs: WorkerInputs): void {
  if (existsSync(path)) return;
  writeWhole(path, inputsBytes(inputs));
}

export function isInputs(path: string): boolean {
  return path.endsWith(".json.gz");
}

/** @throws ArtefactError if the file is missing, or is not what `writeInputs` writes. */
export function readInputs(path: string): WorkerInputs {
  try {
    const inputs = JSON.parse(gunzipSync(readFileSync(path)).toString()) as Partial<WorkerInputs>;
    if (inputs.sweep === undefined || inputs.profiles === undefined) throw new Error("it holds no sweep");
    return inputs as WorkerInputs;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ArtefactError(`${path}: ${code === "ENOENT" ? "no such file" : `not the inputs of a sweep: ${message}`}`);
  }
}
