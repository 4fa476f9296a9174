import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Catalogue, withModels } from "../../kernels/catalogue.ts";
import type { OnnxFile } from "../../kernels/onnx/file.ts";
import type { OnnxFiles, OnnxRuntime } from "../../kernels/onnx/kernel.ts";

const UNREADABLE: Readonly<Record<string, string>> = { ENOENT: "no such file", EISDIR: "is a folder, not a file" };

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
    await Promise.all(
      [...names].map(async (name) => {
        const path = join(folder, name);
        const model = await openModel(path);
        return [name, typeof model === "string" ? `an ONNX model; ${path}: ${model}` : model] as const;
      }),
    ),
  );
  return withModels(models, runtime);
}

/** A model, or what is wrong with its file. */
export async function openModel(path: string): Promise<OnnxFile | string> {
  const { OnnxFile } = await import("../../kernels/onnx/file.ts");
  const { OnnxError } = await import("../../kernels/onnx/proto.ts");
  try {
    const bytes = await readFile(path);
    return new OnnxFile(bytes, createHash("sha256").update(bytes).digest("hex").slice(0, 16));
  } catch (error) {
    if (error instanceof OnnxError) return error.message;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return UNREADABLE[code] ?? message;
  }
}
