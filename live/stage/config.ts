import { readFileSync } from "node:fs";
import * as z from "zod";
import { COMPRESSIONS } from "../../sim/compression.ts";

/** What a pod is told at its start: one JSON document, in the environment or in a file. */
export const podConfigSchema = z.strictObject({
  name: z.string().min(1).meta({ description: "the pod's name, for logs and metrics" }),
  node: z.string().min(1).meta({ description: "the node that the pod stands for" }),
  host: z.string().default("127.0.0.1").meta({ description: "address to listen on" }),
  port: z.int().min(0).max(65535).meta({ description: "port of the gRPC services; 0: any free one" }),
  metricsPort: z
    .int()
    .min(0)
    .max(65535)
    .nullable()
    .default(null)
    .meta({ description: "port of Prometheus metrics over HTTP" }),
  upstream: z
    .string()
    .nullable()
    .meta({ description: "host:port of the pod before this one; null for the source's pod" }),
  tls: z
    .strictObject({
      ca: z.string().min(1).meta({ description: "certificate of the authority that signs those of all pods" }),
      certificate: z.string().min(1),
      key: z.string().min(1),
      upstream: z.string().nullable().default(null).meta({
        description: "name in the certificate of the pod before this one; null: the host of its address",
      }),
    })
    .nullable()
    .default(null)
    .meta({
      description: "PEM files by which pods prove to each other who they are, and that they may pull; null: plaintext",
    }),
  emulate: z
    .array(
      z.strictObject({
        height: z.int().min(1),
        width: z.int().min(1),
        receive: z.number().min(0),
        compute: z.number().min(0),
        compress: z.number().min(0),
        send: z.number().min(0),
      }),
    )
    .default([])
    .meta({
      description:
        "by size of the run's frames: seconds that receiving a frame, computing, compressing and sending it take on the slower machine that the node stands for",
    }),
  compression: z
    .enum(COMPRESSIONS)
    .default("none")
    .meta({ description: "what the pod asks of the one before it: frames as they are, or compressed by zstd" }),
  flowControlWindow: z
    .int()
    .min(65_536)
    .default(16 * 1024 * 1024)
    .meta({ description: "HTTP/2 receive window, bytes" }),
  workers: z.int().min(0).max(64).default(0).meta({
    description: "threads that compute frames while the pod's own handles messages; 0: its own does both",
  }),
  replay: z.int().min(0).default(0).meta({
    description: "for calibration: compute only so many frames and send copies of them from then on; 0: compute all",
  }),
  gracePeriod: z.number().min(0).default(5).meta({ description: "seconds that a drain may take after SIGTERM" }),
  baseDirectory: z.string().default(".").meta({ description: "what a stage's relative folders are relative to" }),
  stages: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        kernel: z.string().min(1),
        params: z.record(z.string(), z.unknown()),
        implementation: z.string().default("simd"),
      }),
    )
    .min(1),
});

export type PodConfig = z.infer<typeof podConfigSchema>;
/** A pod's configuration as one writes it: what has a default may be left out. */
export type PodConfigInput = z.input<typeof podConfigSchema>;

/** Names the variable (`EDGETWIN_POD`: JSON, or `@` and the path of a file that holds it) and every problem in its value. */
export class PodConfigError extends Error {
  override readonly name = "PodConfigError";
}

/** @throws PodConfigError with every problem at once. */
export function readPodConfig(environment: NodeJS.ProcessEnv): PodConfig {
  const given = environment.EDGETWIN_POD;
  if (given === undefined) {
    throw new PodConfigError(
      "EDGETWIN_POD is not set: give a pod's configuration as JSON, or @ and the path of a JSON file",
    );
  }
  let document: unknown;
  const source = given.startsWith("@") ? given.slice(1) : "EDGETWIN_POD";
  try {
    document = JSON.parse(given.startsWith("@") ? readFileSync(given.slice(1), "utf8") : given);
  } catch (error) {
    throw new PodConfigError(`${source}: not readable as JSON: ${(error as Error).message}`);
  }
  const result = podConfigSchema.safeParse(document);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `${source}: ${issue.path.join(".") || "(whole)"}: ${issue.message}`);
  throw new PodConfigError(lines.join("\n"));
}
