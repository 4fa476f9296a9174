import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { processes } from "../../live/clusters/processes.ts";
import { obtainProfile } from "../../live/obtain-profile.ts";
import type { Event } from "../../live/operate/journal.ts";
import { operate } from "../../live/operate/operate.ts";
import type { Operation } from "../../live/operate/operation.ts";
import { placesOf, planAt, single } from "../../live/operate/setup.ts";
import { coveringBench } from "../../live/placement.ts";
import { SILENT } from "../../live/progress.ts";
import { podSpecs } from "../../live/testbed.ts";
import { openBench } from "../../live/workbench.ts";
import { RULES } from "../../sim/operate/judge.ts";
import { started, typed } from "../cli/edgetwin.ts";
import { movesLoseNothing } from "../operate/moves-law.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "edgetwin-e2e-"));
const RUNS = join(FOLDER, "runs");
const SLOW = 5e6 / 8;

/** What the edge makes of a frame is much smaller than the frame: what crosses a slow link is to be that. */
const TOPOLOGY = join(FOLDER, "follow.yaml");
writeFileSync(
  TOPOLOGY,
  `apiVersion: edgetwin/v1
name: follow
hosts: { this: {} }
nodes:
  edge: { letter: E, host: this, speed: 0.05 }
  server: { letter: S, host: this, speed: 0.4 }
links: [{ between: [edge, server], bandwidth: 100 Mbit/s, delay: 2 ms }]
stages:
  - { name: source, kernel: synthetic, channels: 1, element: uint8, seed: 3, nodes: [edge] }
  - { name: conv, kernel: conv2d, implementation: reference, size: 3, weights: edges }
  - { name: maxpool, kernel: maxpool, implementation: reference, size: 6 }
workload: { sizes: [192], frames: 100, warmup: 10, window: 4, loads: [saturated] }
`,
);

test(
  "any sequence of moves, with pods that are killed on the way, loses and repeats nothing",
  {
    timeout: 600_000,
  },
  () => movesLoseNothing(10),
);

describe("a pipeline on an edge and a server", () => {
  test("the autopilot stays where nothing changes, and follows the link: fast, slow, and fast again", {
    timeout: 600_000,
  }, async () => {
    const { bench } = single(await openBench(TOPOLOGY, {}));
    const controller = new AbortController();
    const { signal } = controller;
    const progress = SILENT;
    const profile = await obtainProfile(coveringBench(bench), {
      runs: RUNS,
      signal,
      progress,
      say: () => {},
      budget: 60,
    });
    const events: (Event & { at: number })[] = [];
    const links: number[] = [];
    const [link] = bench.topology.links;
    const moved = (to: RegExp) =>
      events.find(
        ({ event, to: place, at }) => event === "moved" && to.test(String(place)) && at > (links.at(-1) ?? 0),
      );
    const until = async (what: () => unknown, seconds: number) => {
      for (const end = performance.now() + seconds * 1e3; !what(); await sleep(100))
        if (performance.now() > end) throw new Error(`not within ${seconds} s: ${JSON.stringify(events.slice(-12))}`);
    };
    const direct = async ({ deployment }: Operation) => {
      // Where nothing changes, nothing moves.
      await sleep(12_000);
      expect(events.filter(({ event }) => event === "moved")).toEqual([]);
      for (const [bandwidth, place] of [
        [SLOW, /^E*ES$|^monolith@E|^E+ /],
        [link!.bandwidth!, /^ES+ /],
      ] as const) {
        links.push(performance.now());
        await deployment.shape(link!, { bandwidth });
        await until(() => moved(place), 90);
      }
    };
    let directing: Promise<void> = Promise.resolve();
    const delivered = await operate(planAt(bench, { to: "ESS" }), {
      cluster: processes,
      folder: FOLDER,
      logs: join(FOLDER, "logs"),
      pods: (one) => podSpecs([one], profile, "."),
      planAt: (request) => planAt(bench, request),
      isInput: () => false,
      signal,
      tell: (event) => events.push({ ...event, at: performance.now() }),
      autopilot: { profile, candidates: placesOf(bench, undefined), aim: "throughput", rules: RULES, advises: false },
      onStarted: (operation) => {
        directing = direct(operation).finally(() => controller.abort());
        directing.catch(() => {});
      },
    });
    await directing;
    expect(delivered).toBeGreaterThan(0);
  });

  const PLAIN = join(FOLDER, "plain.yaml");
  writeFileSync(PLAIN, readFileSync(TOPOLOGY, "utf8").replaceAll(/, speed: [\d.]+/g, ""));
  const digestIn = (name: string) => {
    const lines = readFileSync(join(RUNS, name, "operate.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    const events = lines.map(
      (line) => JSON.parse(line) as Event & { readonly digest?: string; readonly delivered?: number },
    );
    return { ended: events.at(-1)!, moves: events.filter(({ event }) => event === "moved") };
  };
  const streaming = async (child: ReturnType<typeof started>["child"]) => {
    let text = "";
    for await (const bytes of child.stdout) {
      text += bytes;
      if (text.includes(" streams")) break;
    }
  };

  test("as one types it: operate, migrate twice, and all that was delivered is what it is without", async () => {
    const where = ["--rate", "40", "--frames", "500", "--runs", RUNS];
    const alone = await typed(["operate", PLAIN, "--splits", "EEE", "--groupings", "3", ...where, "--name", "alone"]);
    expect(alone.code).toBe(0);
    const { child, ended } = started(["operate", PLAIN, "--splits", "EES", ...where, "--name", "moved"]);
    await streaming(child);
    const migrate = (...flags: string[]) => typed(["migrate", "moved", "--runs", RUNS, ...flags]);
    const first = await migrate("--to", "ESS", "--grouping", "1+2");
    expect(first.stdout).toMatch(/^moved from EES 1\+1\+1 to ESS 1\+2: pause /);
    const wrong = await migrate("--to", "SES");
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("SES goes back towards the edge")]);
    const image = await migrate("--to", "EEE", "--image", "any");
    expect([image.code, image.stderr]).toEqual([2, "error: --image any: local processes run no image\n"]);
    const second = await migrate("--to", "EEE", "--output", "json");
    expect(JSON.parse(second.stdout)).toMatchObject({ to: "EEE 1+1+1", kept: ["source"] });
    expect((await ended).code).toBe(0);
    const { ended: last, moves } = digestIn("moved");
    expect(moves).toHaveLength(2);
    expect(last).toMatchObject({ delivered: 500, digest: digestIn("alone").ended.digest });
    const late = await migrate("--to", "ESS");
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining("nothing operates in")]);
  });

  test("ctrl-C ends a pipeline that has no end: that is no failure, and says what was delivered", async () => {
    const { child, ended } = started(["operate", PLAIN, "--rate", "40", "--runs", RUNS, "--name", "endless"]);
    await streaming(child);
    await sleep(1500);
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining("interrupted")]);
    expect(digestIn("endless").ended).toMatchObject({
      event: "ended",
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("an autopilot that only says so", async () => {
    const flags = ["--dry-run", "--frames", "300", "--rate", "30", "--budget", "30s", "--dwell", "1s"];
    const { code, stdout, stderr } = await typed([
      "operate",
      TOPOLOGY,
      ...flags,
      "--splits",
      "EEE",
      "--runs",
      RUNS,
      "--name",
      "dry",
    ]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("operate.jsonl")]);
    expect(stdout).toMatch(/a change is followed within/);
    expect(digestIn("dry").moves).toEqual([]);
  });
});
