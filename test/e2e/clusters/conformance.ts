import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, type Deployment, DeploymentError, type PodSpec } from "../../../live/clusters/cluster.ts";
import { RunError } from "../../../live/driver.ts";
import { everyLaw } from "../../laws/traces.ts";
import { type LineOptions, lineOf } from "../../live/line.ts";
import { titled } from "../image/podman.ts";
import type { Candidate } from "./candidate.ts";
import { frames, LONG, monolith, RUN, runOn, undisturbed, usedWhileBusy, WINDOW } from "./driven.ts";
import { interrupted } from "./interrupted.ts";

const TOPOLOGIES = fileURLToPath(new URL("../../../topologies", import.meta.url));
/** Of a core. */
const LIMIT = 0.2;
const MINUTES = 60_000;

/** What every cluster does the same. Each test's time goes into deploying, so that several look at one deployment. */
export function conformance(candidate: Candidate): void {
  describe.skipIf(candidate.why !== null)(titled(`pods on ${candidate.name}`, candidate.why), () => {
    const topology = `conf-${candidate.name}-${process.pid}`;
    const folder = mkdtempSync(join(tmpdir(), "edgetwin-conformance-"));
    const deployments = new Set<Deployment>();
    let cluster: Cluster;

    const line = (options: LineOptions): PodSpec[] =>
      lineOf(options).map((pod, i) => ({ ...pod, node: candidate.nodes[i % candidate.nodes.length]!.name }));
    async function deployed(pods: readonly PodSpec[], logs: string, on = cluster): Promise<Deployment> {
      const deployment = await on.deploy(pods, join(folder, logs));
      deployments.add(deployment);
      return deployment;
    }

    beforeAll(async () => {
      cluster = await candidate.open({ name: topology, nodes: candidate.nodes });
    });

    afterAll(async () => {
      for (const deployment of deployments) await deployment.stop();
      expect(await candidate.leftovers(topology)).toEqual([]);
      rmSync(folder, { recursive: true });
    }, 2 * MINUTES);

    describe("a line of four pods", () => {
      const pods = line({ grouping: [1, 1, 1, 1] });
      let deployment: Deployment;

      beforeAll(async () => {
        deployment = await deployed(pods, "four");
      }, 3 * MINUTES);

      test("gives the monolith's bytes, and a record of every frame at every pod that keeps all laws", async () => {
        const { digests, trace } = await runOn(deployment, pods);
        expect(new Set(digests).size).toBeGreaterThan(RUN.frames / 2);
        expect(digests).toEqual(await monolith());
        expect(trace.pods.map(({ pod, node }) => [pod, node])).toEqual(pods.map(({ name, node }) => [name, node]));
        expect(trace.scheduled.every(Number.isFinite)).toBe(true);
        everyLaw(
          trace,
          pods.slice(1).map(() => WINDOW),
        );
      });

      test(
        "takes a pod more, which serves in another's place, and lets the other one go",
        async () => {
          const [first, second, third, fourth] = pods as [PodSpec, PodSpec, PodSpec, PodSpec];
          const fifth = { ...fourth, name: "pod5" };
          await deployment.extend([fifth]);
          const expected = await monolith();
          expect((await runOn(deployment, [first, second, third, fifth])).digests).toEqual(expected);
          await deployment.remove([fourth.name, "nobody"]);
          expect((await runOn(deployment, [first, second, third, fifth])).digests).toEqual(expected);
          await expect(deployment.extend([fifth])).rejects.toThrow(DeploymentError);
        },
        3 * MINUTES,
      );

      test(
        "is seen while it is there, and nothing is once it was stopped, twice; a log of each pod stays",
        async () => {
          expect(await candidate.leftovers(topology)).not.toEqual([]);
          await Promise.all([deployment.stop(), deployment.stop()]);
          await deployment.stop();
          expect(await candidate.leftovers(topology)).toEqual([]);
          for (const { name } of [...pods, { name: "pod5" }])
            expect(log("four", name)).toContain(`pod ${name} on node`);
        },
        2 * MINUTES,
      );
    });

    const photos = { name: "photos", kernel: "images", params: { folder: "images", channels: 1, element: "uint8" } };
    const variants: [title: string, options: LineOptions, source: PodSpec["stages"][number] | null][] = [
      ["1+3, compressed", { grouping: [1, 3], compression: "zstd" }, null],
      ["2+2, two workers each", { grouping: [2, 2], workers: 2 }, null],
      ["1+2+1, the source reading files", { grouping: [1, 2, 1] }, photos],
    ];
    test.each(variants)(
      "%s: the monolith's bytes",
      async (_, options, source) => {
        const sourced = ([first, ...rest]: PodSpec[]): PodSpec[] => {
          const stages = source === null ? first!.stages : [source, ...first!.stages.slice(1)];
          return [{ ...first!, baseDirectory: TOPOLOGIES, stages }, ...rest];
        };
        const pods = sourced(line(options));
        const deployment = await deployed(pods, options.grouping.join("+"));
        const { digests } = await runOn(deployment, pods);
        await deployment.stop();
        expect(new Set(digests).size).toBeGreaterThan(1);
        expect(digests).toEqual(await monolith(sourced(lineOf({ grouping: [4] }))));
      },
      4 * MINUTES,
    );

    test(
      "two deployments with pods of the same names don't disturb each other",
      async () => {
        const pods = line({ grouping: [2, 2] });
        const [one, other] = await Promise.all([deployed(pods, "one"), deployed(pods, "other")]);
        const both = await Promise.all([runOn(one, pods), runOn(other, pods)]);
        for (const { digests } of both) expect(digests).toEqual(await monolith());
        const stopped = one.stop();
        expect((await runOn(other, pods)).digests).toEqual(await monolith());
        await stopped;
        expect((await runOn(other, pods)).digests).toEqual(await monolith());
        await other.stop();
      },
      4 * MINUTES,
    );

    describe("a line in trouble", () => {
      const pods = line({ grouping: [1, 2, 1] });
      let deployment: Deployment;

      beforeAll(async () => {
        deployment = await deployed(pods, "trouble");
      }, 3 * MINUTES);

      test.each([
        ["SIGKILL", null],
        ["SIGTERM", 0],
      ] as const)(
        "%s in the middle of a run, and a fresh start: every frame once, in order",
        async (signal, code) => {
          let replaced: Promise<number | null> | null = null;
          const taken = await frames(deployment, pods, (frame) => {
            if (frame >= LONG.frames / 4) replaced ??= deployment.replace("pod2", signal);
          });
          expect(replaced).not.toBeNull();
          expect(await replaced).toBe(code);
          expect(taken.map(({ sequence }) => sequence)).toEqual(Array.from({ length: LONG.frames }, (_, i) => i));
          expect(taken).toEqual(await undisturbed());
        },
        4 * MINUTES,
      );

      test(
        "a pod that ends for good ends the run, with its name; so it is told when asked again",
        async () => {
          const running = frames(deployment, pods, () => {}).then(
            () => null,
            (error: Error) => error,
          );
          await wait(1000);
          await candidate.kill(topology, "pod3");
          const error = await running;
          expect(error).toBeInstanceOf(RunError);
          expect(error!.message).toContain("pod3");
          expect(await deployment.broken).toContain("pod3");
          await deployment.stop();
          expect(await candidate.leftovers(topology)).toEqual([]);
        },
        4 * MINUTES,
      );
    });

    test(
      "a pod that can't start: one error with its name and its last words, and nothing stays but its log",
      async () => {
        const [first, second] = line({ grouping: [1, 3] });
        const broken = { ...second!, stages: [{ name: "conv", kernel: "conv2d", params: { size: -3 } }] };
        const words = "stage conv: size: ";
        const error = await cluster.deploy([first!, broken], join(folder, "broken")).then(
          () => null,
          (error: Error) => error,
        );
        expect(error).toBeInstanceOf(DeploymentError);
        expect(error!.message).toContain("pod2");
        expect(error!.message).toContain(words);
        expect(log("broken", "pod2")).toContain(words);
        expect(await candidate.leftovers(topology)).toEqual([]);
      },
      4 * MINUTES,
    );

    test(
      "a CPU limit is kept to, by what a busy pod uses beside one that has none",
      async ({ skip }) => {
        skip(!cluster.real, "on processes nothing is limited");
        const nodes = candidate.nodes.map((node) => ({ ...node, cpus: LIMIT }));
        const pods = line({ grouping: [4] });
        const limited = await deployed(pods, "limited", await candidate.open({ name: topology, nodes }));
        const free = await deployed(pods, "free");
        const [used, most] = await Promise.all([usedWhileBusy(limited, pods), usedWhileBusy(free, pods)]);
        await Promise.all([limited.stop(), free.stop()]);
        // A machine that is busy with other things limits everybody.
        const busy = `this machine is too busy to tell: ${most.toFixed(2)} of a core is all that a pod without a limit gets`;
        skip(most < 2 * LIMIT, busy);
        expect(used).toBeLessThan(1.5 * LIMIT);
        expect(used).toBeGreaterThan(LIMIT / 4);
      },
      4 * MINUTES,
    );

    test(
      "ctrl-C in the middle of edgetwin run leaves nothing but its folder",
      async () => {
        const { code, stderr, seen } = await interrupted(candidate, topology, folder);
        expect([code, stderr]).toEqual([130, expect.stringContaining("interrupted")]);
        expect(seen).not.toEqual([]);
        expect(await candidate.leftovers(topology)).toEqual([]);
      },
      4 * MINUTES,
    );

    function log(deployment: string, pod: string): string {
      const path = join(folder, deployment, `${pod}.log`);
      return existsSync(path) ? readFileSync(path, "utf8") : `${path} is not there`;
    }
  });
}
