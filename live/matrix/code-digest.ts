import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Digests by what they are of: what a cell's results depend on besides the machine. */
export type Digests = Readonly<Record<string, string>>;

const ROOT = new URL("../../", import.meta.url);
const FOLDERS = ["sim", "kernels", "live", "protos"];
/** What only shows results; and the command line, which has none of them. */
const SHOWING = /^(?:sim\/(?:matrix|report)|live\/(?:matrix|report|cli))\//;
/** Of the folders above, for what makes experiments and predictions of a cell. */
const MAKING = /^(?:sim\/matrix\/(?:cell|experiments)|live\/matrix\/cell-work)\.ts$/;

/** A digest of each folder of sources that a cell's results depend on. */
export function codeDigests(): Digests {
  return Object.fromEntries(FOLDERS.map((folder) => [`${folder}/`, folderDigest(folder)]));
}

export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function folderDigest(folder: string): string {
  const hash = createHash("sha256");
  const url = new URL(`${folder}/`, ROOT);
  const paths = readdirSync(url, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    const name = `${folder}/${path.slice(url.pathname.length)}`;
    if (!SHOWING.test(name) || MAKING.test(name)) hash.update(name).update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 16);
}

/** The first thing that two sets of digests differ in; `null` if they agree. */
export function changed(of: Digests, to: Digests): string | null {
  return [...new Set([...Object.keys(of), ...Object.keys(to)])].find((key) => of[key] !== to[key]) ?? null;
}
