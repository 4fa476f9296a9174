import { createRequire } from "node:module";
import { join } from "node:path";

const folder = process.env.EDGETWIN_BENCH_PEERS;
const require = createRequire(folder === undefined ? import.meta.url : join(folder, "package.json"));
const here = createRequire(import.meta.url);

/** A peer's package, or `null` if it is not installed. @returns its exports and its main file. */
export function findPackage<T>(name: string): { exports: T; path: string } | null {
  for (const load of [require, here]) {
    try {
      return { exports: load(name) as T, path: load.resolve(name) };
    } catch {
      // Elsewhere, then, or nowhere.
    }
  }
  return null;
}
