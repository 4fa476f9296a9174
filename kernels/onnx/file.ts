import { type Model, readModel } from "./model.ts";
import { CutError, Part } from "./part.ts";

/** A model as a topology's stages use it: its parts are cut out once. */
export class OnnxFile {
  readonly model: Model;
  /** Of its bytes. */
  readonly digest: string;
  readonly #parts = new Map<string, Part>();

  /** @throws OnnxError if the bytes are no model that can be used. */
  constructor(bytes: Uint8Array, digest: string) {
    this.model = readModel(bytes);
    this.digest = digest;
  }

  /** A part as a stage: from frame to frame. @throws CutError if it can't be cut so. */
  part(from: string | undefined, to: string | undefined): Part {
    const key = JSON.stringify([from, to]);
    const kept = this.#parts.get(key);
    if (kept !== undefined) return kept;
    const part = new Part(this.model, from, to);
    part.checkOutput();
    this.#parts.set(key, part);
    return part;
  }

  /** Why it can't be cut so; `null` if it can. */
  problem(from: string | undefined, to: string | undefined): { at: "model" | "from" | "to"; allowed: string } | null {
    try {
      this.part(from, to);
      return null;
    } catch (error) {
      if (error instanceof CutError) return { at: error.at, allowed: error.message };
      throw error;
    }
  }
}
