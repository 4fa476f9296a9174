import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Pods and other processes that tests start strip the types of what they load once, as those of `edgetwin` do. */
export const env = { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), "node-compile-cache") };

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**", "test/bench/**"],
    testTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
    env,
  },
});
