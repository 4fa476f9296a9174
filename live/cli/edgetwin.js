#!/usr/bin/env node
// The installed command: the built package where there is one, else the sources as they are (Node 22.18 or later).
import { existsSync } from "node:fs";
import module from "node:module";

// Not by its name: an old Node, which is told so below, does not have it, and an import of nothing ends here. Types are stripped once, not at every start; pods inherit the folder.
const cache = module.enableCompileCache?.();
if (cache?.directory) process.env.NODE_COMPILE_CACHE ??= cache.directory;

// Whoever reads the output may have enough of it, as "head" has, or the terminal is gone: that is no reason to leave work half done.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
}

const built = new URL("../../dist/live/cli/main.js", import.meta.url);
const [major, minor] = process.versions.node.split(".").map(Number);
const stripsTypes = major > 22 || (major === 22 && minor >= 18);
if (existsSync(built) || stripsTypes) {
  const { main } = await import(existsSync(built) ? built.href : "./main.ts");
  // Not process.exit: what is still on its way to a pipe would be cut off.
  process.exitCode = await main();
} else {
  process.stderr.write(
    `edgetwin needs Node 22.18 or later, this is ${process.version}: use "npx edgetwin", which finds it\n`,
  );
  process.exitCode = 2;
}
