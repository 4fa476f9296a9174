import { createServer, type Server } from "node:http";
import { Counter, Gauge, Registry } from "prom-client";
import type { PodConfig } from "./config.ts";
import { HEALTH_PATH } from "./health-path.ts";
import type { Pod } from "./pod.ts";

/** Serves Prometheus metrics at /metrics, made when somebody asks, so that frames pay nothing for them; and the pod's health. */
export async function serveMetrics(pod: Pod, config: PodConfig): Promise<Server | null> {
  const { metricsPort } = config;
  if (metricsPort === null) return null;
  const registry = new Registry();
  registry.setDefaultLabels({ pod: config.name, node: config.node });
  const latest = () => [...pod.recorders.values()].at(-1);
  new Gauge({
    name: "edgetwin_frames_computed",
    help: "Frames of the latest run that this pod has computed",
    registers: [registry],
    collect() {
      this.set(latest()?.completed ?? 0);
    },
  });
  new Counter({
    name: "edgetwin_frames_dropped_total",
    help: "Frames that this source has made and not sent, as its buffer was full",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(pod.dropped);
    },
  });
  new Gauge({
    name: "edgetwin_compute_seconds",
    help: "Time that this pod spent computing frames of the latest run",
    registers: [registry],
    collect() {
      this.set(latest()?.computing ?? 0);
    },
  });
  new Gauge({
    name: "edgetwin_cpu_seconds",
    help: "CPU time that this process has used",
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      this.set((user + system) * 1e-6);
    },
  });
  new Gauge({
    name: "edgetwin_resident_memory_bytes",
    help: "Resident memory of this process",
    registers: [registry],
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  const server = createServer(async (request, response) => {
    if (request.url === HEALTH_PATH) {
      response.end("serving\n");
      return;
    }
    if (request.url !== "/metrics") {
      response.writeHead(404).end("metrics are at /metrics\n");
      return;
    }
    response.writeHead(200, { "content-type": registry.contentType }).end(await registry.metrics());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(metricsPort, config.host, resolve);
  });
  return server;
}
