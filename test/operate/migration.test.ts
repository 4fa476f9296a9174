import { afterEach, describe, expect, test } from "vitest";
import type { Operation } from "../../live/operate/operation.ts";
import { movesLoseNothing } from "./moves-law.ts";
import { monolith, Output, opened, planAt, started } from "./pipeline.ts";

const bench = await opened();
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
