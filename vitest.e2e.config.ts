import { defineConfig } from "vitest/config";
import { env } from "./vitest.config.ts";

export default defineConfig({
  test: {
    include: ["test/e2e/**/*.test.ts"],
    testTimeout: 120_000,
    // A shared machine may stall for seconds: what fails twice is wrong.
    retry: 1,
    // Real pods share the cores of this machine: one file at a time.
    fileParallelism: false,
    reporters: ["default", "./test/e2e/skipped.ts"],
    env,
  },
});
