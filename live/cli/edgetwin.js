#!/usr/bin/env node
// The installed command: the built package where there is one, else the sources as they are (Node 22.18 or later).
import { existsSync } from "node:fs";
import { enableCompileCache } from "node:module";

// Types are stripped once, not at every start; pods inherit the folder.
const cache = enableCompileCache?.();
if (cache?.directory) process.env.NODE_COMPILE_CACHE ??= cache.directory;

const built = new URL("../../dist/live/cli/main.js", import.meta.url);
const [major, minor] = process.versions.node.split(".").map(Number);
if (existsSync(built)) await import(built.href);
else if (major > 22 || (major === 22 && minor >= 18)) await import("./main.ts");
else {
  process.stderr.write(
    `edgetwin needs Node 22.18 or later, this is ${process.version}: use "npx edgetwin", which finds it\n`,
  );
  process.exitCode = 2;
}
