import { cpus, hostname, platform, release, totalmem } from "node:os";
import { engine } from "../../kernels/simd/engine.ts";
import { codeDigest } from "./code-digest.ts";
import { readMachine, tuningOf } from "./machine.ts";
import type { DescribeReply } from "./wire.ts";

/** The machine that this process runs on, as far as it can tell, and the code that it has of kernels and the stage service. */
export function describeMachine(environment: NodeJS.ProcessEnv = process.env): DescribeReply {
  return {
    machine: environment.EDGETWIN_NODE_NAME ?? hostname(),
    platform: platform(),
    arch: process.arch,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    tuning: tuningOf(readMachine()) ?? "",
    node: process.version,
    vectors: engine("relaxed").build,
    code: codeDigest(),
  };
}
