import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The JavaScript of a module and of all that it imports, by path from the repository's root; names of files stay as they are. */
export function stripped(entry: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    const code = stripTypeScriptTypes(readFileSync(join(root, path), "utf8"));
    found.set(path, code);
    for (const [, specifier] of code.matchAll(/^\s*(?:import|export)\s[^;"]*?\bfrom\s*"(\.[^"]+)"/gm)) {
      visit(relative(root, join(root, dirname(path), specifier!)));
    }
  };
  visit(entry);
  return found;
}
