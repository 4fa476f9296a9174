import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { compilerCpu } from "../../live/stage/compiler-cpu.ts";

test.skipIf(!existsSync("/proc/self/task"))("code that becomes hot is on the compilers' account", async () => {
  const before = compilerCpu();
  let compiled = before;
  for (let i = 0; i < 2000 && compiled <= before; i++) {
    const hot = new Function("n", `let s = ${i}; for (let k = 0; k < n; k++) s = (s * 31 + k) | 0; return s;`);
    for (let k = 0; k < 2000; k++) hot(50);
    await new Promise((resolve) => setImmediate(resolve));
    compiled = compilerCpu();
  }
  expect(compiled).toBeGreaterThan(before);
});
