import { createHash } from "node:crypto";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the sources are not there any more: the image of pods has what they were when it was built. */
declare const EDGETWIN_CODE: string | undefined;

/** Digest of the code whose cost is measured: kernels and the stage service. */
export function codeDigest(): string {
  if (typeof EDGETWIN_CODE === "string") return EDGETWIN_CODE;
  const hash = createHash("sha256");
  for (const folder of ["../../kernels/", "./"]) {
    const url = new URL(folder, import.meta.url);
    for (const entry of readdirSync(url, { recursive: true, withFileTypes: true }).sort(byPath)) {
      if (entry.isFile()) hash.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

function byPath(a: Dirent, b: Dirent): number {
  const [first, second] = [join(a.parentPath, a.name), join(b.parentPath, b.name)];
  return first < second ? -1 : Number(first > second);
}
