import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, test, vi } from "vitest";
import type { Promised } from "../../../live/operate/autopilot.ts";
import type { Event } from "../../../live/operate/journal.ts";
import { started, typed } from "../../cli/edgetwin.ts";
import { titled } from "../image/podman.ts";
import { edgeLink, untouchable } from "./edge-link.ts";
import { IMAGE, left, NAME, why } from "./kubernetes-cluster.ts";

vi.setConfig({ testTimeout: 600_000 });

const folder = mkdtempSync(join(tmpdir(), "edgetwin-operate-"));
const RUNS = join(folder, "runs");
/** As EDGE_RATE of the cluster, as far as the twin is told before it measures. */
const RATE = "100mbit";
const SLOW = "5mbit";

/** What the edge makes of a frame is much smaller than the frame: what crosses a slow link is to be that. @param limits of the edge. */
function topology(file: string, limits = ""): string {
  const path = join(folder, file);
  writeFileSync(
    path,
    `apiVersion: edgetwin/v1
name: ${NAME}
hosts: { edge: {}, server: {} }
nodes:
  edge: { letter: E, host: edge, selector: { role: edge }${limits} }
  server: { letter: S, host: server, selector: { role: server } }
links: [{ between: [edge, server], bandwidth: 100 Mbit/s }]
stages:
  - { name: source, kernel: synthetic, channels: 1, element: uint8, seed: 3, nodes: [edge] }
  - { name: conv, kernel: conv2d, implementation: reference, size: 3, weights: edges }
  - { name: maxpool, kernel: maxpool, implementation: reference, size: 6 }
workload: { sizes: [192], frames: 100, warmup: 10, window: 4, loads: [saturated] }
`,
  );
  return path;
}

const ON_CLUSTER = ["--on", "kubernetes", "--image", IMAGE ?? ""];

/** What an `edgetwin operate --output json` says, as it comes. */
function following({ child, ended }: ReturnType<typeof started>) {
  const events: (Event & { at: number })[] = [];
  createInterface(child.stdout).on("line", (line) => events.push({ ...JSON.parse(line), at: performance.now() }));
  return {
    events,
    async until(which: (event: Event) => boolean, seconds: number, since = 0): Promise<Event> {
      for (const end = performance.now() + seconds * 1e3; performance.now() < end; await wait(100)) {
        const found = events.find((event) => event.at > since && which(event));
        if (found !== undefined) return found;
        if (child.exitCode !== null) throw new Error(`it ended: ${(await ended).stderr}`);
      }
      throw new Error(`not within ${seconds} s: ${JSON.stringify(events.slice(-12))}`);
    },
  };
}

describe.skipIf(why !== null)(titled("a pipeline on a cluster", why), () => {
  afterAll(() => rmSync(folder, { recursive: true }));

  test("moves from split to split while frames flow: all that was delivered is what processes deliver", async () => {
    const file = topology("moved.yaml");
    const frames = ["--frames", "1200", "--runs", RUNS];
    const alone = await typed(["operate", file, "--splits", "SSS", "--groupings", "3", ...frames, "--name", "alone"]);
    expect([alone.code, alone.stderr]).toEqual([0, expect.not.stringContaining("error")]);
    const where = [...ON_CLUSTER, "--splits", "EES", "--rate", "30", "--output", "json", "--name", "moved"];
    const operating = started(["operate", file, ...where, ...frames]);
    const { until } = following(operating);
    await until(({ event }) => event === "streams", 120);
    const migrate = (...flags: string[]) => typed(["migrate", "moved", "--runs", RUNS, ...flags]);
    const first = await migrate("--to", "ESS", "--grouping", "1+2");
    expect([first.stdout, first.stderr]).toEqual([
      expect.stringMatching(/^moved from EES 1\+1\+1 to ESS 1\+2: pause /),
      expect.not.stringContaining("error"),
    ]);
    const second = await migrate("--to", "EEE", "--image", IMAGE!, "--output", "json");
    expect(JSON.parse(second.stdout)).toMatchObject({ to: "EEE 1+1+1" });
    expect((await operating.ended).code).toBe(0);
    const digestOf = (name: string) => {
      const lines = readFileSync(join(RUNS, name, "operate.jsonl"), "utf8")
        .trimEnd()
        .split("\n");
      return JSON.parse(lines.at(-1)!) as Event;
    };
    expect(digestOf("moved")).toMatchObject({ event: "ended", delivered: 1200, digest: digestOf("alone").digest });
    expect(await left()).toEqual([]);
  });

  test.skipIf(untouchable !== null)(
    titled("the autopilot follows the edge's link: fast, slow, and fast again", untouchable),
    async () => {
      await edgeLink("rate", RATE);
      const flags = [
        "--autopilot",
        "--groupings",
        "1+1+1",
        "--budget",
        "20s",
        "--output",
        "json",
        "--runs",
        RUNS,
        "--name",
        "followed",
      ];
      // Where it need not, the edge computes nothing: its pods are slow.
      const file = topology("followed.yaml", ", cpus: 0.2");
      const operating = started(["operate", file, ...ON_CLUSTER, "--splits", "ESS", ...flags]);
      try {
        const { until } = following(operating);
        await until(({ event }) => event === "streams", 400);
        for (const [rate, place] of [
          [SLOW, /^E*ES |^monolith@E|^E+ /],
          [RATE, /^ES+ /],
        ] as const) {
          await wait(12_000);
          const since = performance.now();
          await edgeLink("rate", rate);
          const moves = await until(({ event, to }) => event === "moves" && place.test(String(to)), 120, since);
          // It has switched, then.
          const removes = (event: Event) => event.event === "step" && String(event.step).startsWith("removes");
          await until(removes, 120, since);
          const { total } = moves.promise as Promised;
          const seconds = (performance.now() - since) / 1e3;
          await until(({ event, to }) => event === "moved" && to === moves.to, 120, since);
          // Not a law on a busy machine: to be read.
          console.info(`edge at ${rate}: ${moves.to} after ${seconds.toFixed(1)} s, promised ${total.toFixed(1)} s`);
        }
      } finally {
        operating.child.kill("SIGINT");
        await edgeLink("rate", RATE);
      }
      expect((await operating.ended).code).toBe(0);
      expect(await left()).toEqual([]);
    },
  );
});
