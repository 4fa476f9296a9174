/** The program of a pod: runs consecutive stages as told by the environment (see config.ts) until SIGTERM. */
import { setTimeout as sleep } from "node:timers/promises";
import { now } from "./clock.ts";
import { type PodConfig, readPodConfig } from "./config.ts";
import { Crew } from "./crew.ts";
import { Executor } from "./executor.ts";
import { primeHeap } from "./heap.ts";
import { Pod } from "./pod.ts";
import { servePod } from "./server.ts";

/** What V8 lets buffers take before it collects: its limit of external memory. */
const HEAP_BYTES = 32 * 1024 * 1024;

async function main(): Promise<void> {
  // A log that can't be written (the disk is full) is no reason to lose frames.
  process.stderr.on("error", () => {});
  const config: PodConfig = readPodConfig(process.env);
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  const crew = config.workers === 0 ? null : await Crew.start(config);
  const executor = await Executor.load(config, log);
  primeHeap(HEAP_BYTES);
  // Where it was killed and shall be missed for a while: by the monotonic clock, seconds.
  const early = Number(process.env.EDGETWIN_SERVE_AT ?? 0) - now();
  if (early > 0) await sleep(early * 1e3);
  const pod = new Pod(config, executor, crew, log);
  const server = await servePod(pod, config);
  const metrics = config.metricsPort === null ? null : await (await import("./metrics.ts")).serveMetrics(pod, config);
  const { EDGETWIN_POD_NAME: instance, EDGETWIN_NODE_NAME: machine } = process.env;
  const as = instance === undefined ? "" : `, as ${instance} on ${machine}`;
  process.stderr.write(`pod ${config.name} on node ${config.node} serves ${config.host}:${server.port}${as}\n`);

  const quit = (code: number) => {
    metrics?.close();
    pod.dispose();
    server.stop();
    process.exit(code);
  };
  let asked = false;
  const drain = () => {
    if (asked) quit(1);
    asked = true;
    server.retire();
    setTimeout(() => {
      process.stderr.write(`pod ${config.name}: not drained within ${config.gracePeriod} s\n`);
      quit(1);
    }, config.gracePeriod * 1e3);
    void pod.drain().then(() => setImmediate(quit, 0));
  };
  process.on("SIGTERM", drain);
  // A driver on the same host holds the other end of this channel: when it is gone, however and whenever, so are its pods.
  if (process.send !== undefined) {
    process.on("disconnect", () => quit(1));
    if (!process.connected) quit(1);
    process.channel?.unref();
    process.send({ ready: server.port });
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error.name === "Error" ? error.stack : error.message}\n`);
  process.exit(1);
});
