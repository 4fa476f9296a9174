import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Catalogue, withModels } from "../../kernels/catalogue.ts";
import type { OnnxFile } from "../../kernels/onnx/file.ts";
import type { OnnxFiles, OnnxRuntime } from "../../kernels/onnx/kernel.ts";

const UNREADABLE: Readonly<Record<string, string>> = { ENOENT: "there is no file", EISDIR: "it can't be a folder," };

/**
 * All kernels, with the models that stages name.
 * @param folder that the names are relative to; @param runtime `null`: nothing will be computed.
 */
export async function kernelsFor(
  stages: Iterable<{ readonly kernel?: unknown; readonly model?: unknown }>,
  folder: string,
  runtime: OnnxRuntime | null = null,
): Promise<Catalogue> {
  const names = new Set<string>();
  for (const { kernel, model } of stages) if (kernel === "onnx" && typeof model === "string") names.add(model);
  const models: OnnxFiles = new Map(
    await Promise.all([...names].map(async (name) => [name, await load(join(folder, name))] as const)),
  );
  return withModels(models, runtime);
}

/** A model, or what is allowed in its place. */
async function load(path: string): Promise<OnnxFile | string> {
  const { OnnxFile } = await import("../../kernels/onnx/file.ts");
  const { OnnxError } = await import("../../kernels/onnx/proto.ts");
  try {
    const bytes = await readFile(path);
    return new OnnxFile(bytes, createHash("sha256").update(bytes).digest("hex").slice(0, 16));
  } catch (error) {
    if (error instanceof OnnxError) return `an ONNX model; ${path} ${error.message}`;
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "") throw error;
    return `an ONNX model; ${code in UNREADABLE ? `${UNREADABLE[code]} ${path}` : message}`;
  }
}
