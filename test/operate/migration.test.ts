import { afterEach, describe, expect, test } from "vitest";
import type { Cluster } from "../../live/clusters/cluster.ts";
import { processes } from "../../live/clusters/processes.ts";
import type { Operation } from "../../live/operate/operation.ts";
import { podSpecs } from "../../live/testbed.ts";
import { movesLoseNothing } from "./moves-law.ts";
import { monolith, Output, opened, planAt, started } from "./pipeline.ts";

const bench = await opened();
const [link] = bench.topology.links;
let operation: Operation | null = null;
afterEach(async () => {
  await operation?.stop();
  operation = null;
});

/** Nothing was lost, repeated, out of order, or other than the monolith makes it. */
async function checked(output: Output): Promise<void> {
  const { consumer } = operation!;
  await operation!.stop();
  expect(output.frames.length).toBe(consumer.next);
  expect(output.frames).toEqual(monolith(output.frames.length));
}

describe("a pipeline that moves while it runs", () => {
  test("its source's pod stays, others come beside those that are there and take their place", async () => {
    const output = new Output();
    operation = await started(planAt(bench, "EESS", [1, 1, 1, 1], 200), { onFrame: output.onFrame });
    const steps: string[] = [];
    const { kept, added, removed, at, from, to } = await operation.migrate(planAt(bench, "ESSS", [1, 3], 200), (step) =>
      steps.push(step),
    );
    expect({ from, to, kept, added, removed }).toEqual({
      from: "EESS 1+1+1+1",
      to: "ESSS 1+3",
      kept: ["source"],
      added: ["conv-relu-maxpool"],
      removed: ["conv", "relu", "maxpool"],
    });
    expect(at).toBeGreaterThan(0);
    expect(steps.map((step) => step.split(" ")[0])).toEqual(["deploys", "warms", "switches", "removes"]);
    const back = await operation.migrate(planAt(bench, "EESS", [1, 1, 1, 1], 200));
    expect(back.added).toEqual(["conv-2", "relu-2", "maxpool-2"]);
    await checked(output);
  });

  test("at a rate the source keeps its schedule, also where another pod takes its place", async () => {
    const output = new Output();
    operation = await started(planAt(bench, "EEEE", [4], 100), { onFrame: output.onFrame });
    const { kept } = await operation.migrate(planAt(bench, "ESSS", [1, 3], 100));
    expect(kept).toEqual([]);
    const { line, run, consumer } = operation;
    const from = consumer.next;
    await expect.poll(() => consumer.next, { timeout: 10_000 }).toBeGreaterThan(from + 20);
    const { scheduled } = await line.clients[0]!.trace(run.id, line.pods[0]!, 20, from);
    for (let frame = 0; frame < 20; frame++) expect(scheduled[frame]).toBeCloseTo(operation.dueAt(from + frame), 3);
    await checked(output);
  });

  test("what can't come up changes nothing, and is said; the same placement is no move", async () => {
    const output = new Output();
    const here = planAt(bench, "EESS", [1, 1, 1, 1], 200);
    operation = await started(here, { onFrame: output.onFrame });
    const { line } = operation;
    await expect(operation.migrate(here)).rejects.toThrow("the pipeline is at EESS 1+1+1+1 already");
    const plan = planAt(bench, "ESSS", [1, 3], 200);
    const [source, rest] = plan.pods;
    const broken = { ...plan, pods: [source!, { ...rest!, stages: [{ ...rest!.stages[0]!, kernel: "none" }] }] };
    await expect(operation.migrate(broken)).rejects.toThrow(/conv-relu-maxpool did not start/);
    expect(operation.line).toBe(line);
    const first = operation.migrate(plan);
    await expect(operation.migrate(planAt(bench, "EEEE", [4], 200))).rejects.toThrow(/is moving already/);
    await first;
    await checked(output);
  });

  test("pods that go have nothing left to wait for: they drain, and end with 0", async () => {
    operation = await started(planAt(bench, "EESS", [1, 1, 1, 1]), {});
    const { deployment } = operation;
    // The last frames are on their way when their pods are known to be the last, and so are then their acknowledgements.
    await deployment.shape(link!, { delay: 0.1 });
    const remove = deployment.remove.bind(deployment);
    const codes: (number | null)[] = [];
    deployment.remove = async (names) => {
      codes.push(...(await Promise.all(names.map((name) => deployment.replace(name, "SIGTERM")))));
      await remove(names);
    };
    await operation.migrate(planAt(bench, "ESSS", [1, 3]));
    expect(codes).toEqual([0, 0, 0]);
  });

  test("pods that can't be removed are told, and the pipeline has moved", async () => {
    operation = await started(planAt(bench, "EESS", [1, 1, 1, 1], 200), {});
    operation.deployment.remove = () => Promise.reject(new Error("forbidden"));
    const steps: string[] = [];
    const { to } = await operation.migrate(planAt(bench, "ESSS", [1, 3], 200), (step) => steps.push(step));
    expect([to, operation.line.plan.split, steps.at(-1)]).toEqual(["ESSS 1+3", "ESSS", "not all removed: forbidden"]);
  });

  test("the image that it was moved to is that of later moves, too", async () => {
    operation = await started(planAt(bench, "EESS", [1, 1, 1, 1], 200), {
      pods: (plan, image) =>
        podSpecs([plan], null, ".").map((pod) => ({ ...pod, ...(image !== undefined && { image }) })),
    });
    const plan = planAt(bench, "ESSS", [1, 3], 200);
    expect((await operation.migrate(plan, () => {}, "stage:2")).kept).toEqual([]);
    await expect(operation.migrate(plan)).rejects.toThrow("the pipeline is at ESSS 1+3 already");
    expect((await operation.migrate(planAt(bench, "EESS", [1, 1, 1, 1], 200))).kept).toEqual(["source-2"]);
    expect(operation.line.pods.map(({ image }) => image)).toEqual(new Array(4).fill("stage:2"));
  });

  test("an old pod that is gone for longer than is waited for: the new ones begin anew, and bring what it had", async () => {
    const output = new Output();
    operation = await started(planAt(bench, "ESSS", [1, 3]), { onFrame: output.onFrame });
    const { consumer, deployment } = operation;
    // Windows are full, so that there are frames which can't be sent yet.
    await deployment.shape(link!, { delay: 0.02 });
    let revived: Promise<unknown> = Promise.resolve();
    const { at } = await operation.migrate(planAt(bench, "EESS", [2, 2]), (step) => {
      // One that has gone with the move does not come back.
      if (step === "switches") revived = deployment.replace("conv-relu-maxpool", "SIGKILL", 4).catch(() => {});
    });
    await expect.poll(() => consumer.next, { timeout: 20_000 }).toBeGreaterThan(at + 100);
    expect(consumer.repeated).toBeGreaterThan(0);
    await revived;
    await checked(output);
  });

  test("a start can be given up while pods are deployed", async () => {
    const controller = new AbortController();
    const cluster: Cluster = {
      ...processes,
      deploy: (_pods, _logs, signal) =>
        new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error))),
    };
    const starting = started(planAt(bench, "EESS", [1, 1, 1, 1]), { cluster, signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(starting).rejects.toThrow("enough");
  });

  test("it ends when all frames are delivered, in the middle of a move, too", async () => {
    const output = new Output();
    operation = await started(planAt(bench, "ESSS", [1, 1, 1, 1], 200), { frames: 300, onFrame: output.onFrame });
    const moved = operation.migrate(planAt(bench, "EEES", [1, 1, 1, 1], 200));
    await operation.ended;
    await moved;
    expect(output.frames.length).toBe(300);
    await checked(output);
  });
});

test(
  "any sequence of moves, with pods that are killed on the way, delivers every frame once, in order, with the monolith's bytes",
  {
    timeout: 200_000,
  },
  () => movesLoseNothing(2),
);
