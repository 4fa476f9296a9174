import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

/** Where the sources are not there any more: the image of pods has what they were when it was built. */
declare const EDGETWIN_MODEL: string | undefined;

/**
 * The version of edgetwin, and a digest of the model's code: another model gives other results.
 * @param root the package's, or its build's: the folder of `sim/` and `package.json`.
 */
export function modelVersion(root = new URL("../../", import.meta.url)): string {
  if (typeof EDGETWIN_MODEL === "string") return EDGETWIN_MODEL;
  const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { version: string };
  const hash = createHash("sha256");
  const url = new URL("sim/", root);
  // The types that the build writes beside the code compute nothing.
  const files = readdirSync(url, { recursive: true, encoding: "utf8" }).filter((path) => /(?<!\.d)\.[jt]s$/.test(path));
  for (const path of files.sort()) hash.update(path).update(readFileSync(new URL(path, url)));
  return `${version}+${hash.digest("hex").slice(0, 12)}`;
}
