import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePlan, withLoad } from "../../sim/compile.ts";
import { bytesOf } from "../../sim/frame.ts";
import { type Grouping, groupingText } from "../../sim/grouping.ts";
import { planLoad } from "../../sim/load.ts";
import { allSplits } from "../../sim/split.ts";
import { FAKE } from "../topology/catalogue.ts";
import { EXAMPLE, SQUARE } from "./topology.ts";

const SATURATED = planLoad({ kind: "saturated" });
const compile = (split: string, grouping?: Grouping, size = SQUARE) =>
  compilePlan(EXAMPLE, FAKE, { split, size, load: SATURATED, ...(grouping && { grouping }) });

/** All groupings of a number of stages. */
function groupings(stages: number): number[][] {
  if (stages === 0) return [[]];
  return Array.from({ length: stages }, (_, index) =>
    groupings(stages - index - 1).map((rest) => [index + 1, ...rest]),
  ).flat();
}

/** A split with a grouping that does not mix nodes, and a size. */
const placed = fc
  .tuple(fc.constantFrom(...allSplits(["E", "S"], 4)), fc.constantFrom(...groupings(4)))
  .filter(([split, grouping]) => {
    let end = 0;
    return grouping.every((count) => {
      end += count;
      return new Set(split.slice(end - count, end)).size === 1;
    });
  });
const size = fc.record({ width: fc.integer({ min: 8, max: 2000 }), height: fc.integer({ min: 8, max: 2000 }) });

test("a plan has everything resolved", () => {
  const plan = compile("EESS");
  expect(plan).toMatchObject({
    id: "EESS-128x128-saturated",
    topology: "example",
    split: "EESS",
    size: SQUARE,
    hosts: EXAMPLE.hosts,
    nodes: EXAMPLE.nodes,
    workers: 0,
    workload: { frames: 120, warmup: 20, load: { kind: "saturated", label: "saturated" }, seed: 7 },
    candidate: true,
  });
  expect(plan.pods.map(({ name, node }) => `${name}@${node}`)).toEqual([
    "source@edge",
    "conv@edge",
    "relu@server",
    "maxpool@server",
  ]);
  const shape = { height: 126, width: 126, channels: 2, element: "uint8" };
  const plain = { window: 4, compression: "none" };
  expect(plan.hops).toEqual([
    { ...plain, link: null, shape: { ...shape, height: 128, width: 128, channels: 1 }, bytes: 16_384 },
    { ...plain, link: EXAMPLE.links[0], shape, bytes: 31_752 },
    { ...plain, link: null, shape, bytes: 31_752 },
  ]);
  expect(plan.pods[1]!.stages).toEqual([
    {
      name: "conv",
      kernel: "blur",
      params: { size: 3, channels: 2 },
      implementation: "simd",
      key: 'blur/simd {"channels":2,"size":3} 128x128x1 uint8 -> 126x126x2 uint8',
      input: { height: 128, width: 128, channels: 1, element: "uint8" },
      output: shape,
      cost: { operations: 16_384, bytes: 32_768 },
    },
  ]);
});

test("the source has no input", () => {
  const [source] = compile("EESS").pods[0]!.stages;
  expect(source!.input).toBeNull();
  expect(source!.key).toBe('noise/simd {"channels":1,"element":"uint8"} -> 128x128x1 uint8');
});

test("a plan is a candidate if every stage is on its nodes", () => {
  expect(compile("EEEE").candidate).toBe(true);
  expect(compile("SSSS").candidate).toBe(false);
});

test("one pod is the monolith", () => {
  const plan = compile("EEEE", [4]);
  expect(plan).toMatchObject({ id: "monolith-E-128x128-saturated", split: "monolith@E", hops: [] });
  expect(plan.pods.map((pod) => pod.name)).toEqual(["source-conv-relu-maxpool"]);
  expect(compile("monolith@E")).toEqual(plan);
});

test("a grouping shows in the id, unless it is one pod per stage", () => {
  expect(compile("SSSS", [2, 2], { width: 1280, height: 720 }).id).toBe("SSSS-2+2-1280x720-saturated");
  expect(compile("SSSS", [1, 1, 1, 1]).id).toBe("SSSS-128x128-saturated");
});

test.each([
  ["EESS", undefined, "EESS-128x128-saturated-w1", "EESS-128x128-saturated-zstd-w1"],
  // Nothing crosses a link there.
  ["SSSS", [2, 2], "SSSS-2+2-128x128-saturated-w1", "SSSS-2+2-128x128-saturated-w1"],
  ["monolith@E", undefined, "monolith-E-128x128-saturated-w1", "monolith-E-128x128-saturated-w1"],
])("workers show in the id, after compression: %s %j", (split, grouping, id, compressed) => {
  const before = compile(split, grouping);
  const request = { split, size: SQUARE, load: SATURATED, workers: 1, ...(grouping && { grouping }) };
  const after = compilePlan(EXAMPLE, FAKE, request);
  expect(after).toEqual({ ...before, id, workers: 1 });
  const both = compilePlan(EXAMPLE, FAKE, { ...request, compression: "zstd" });
  expect(both).toMatchObject({ id: compressed, workers: 1 });
  expect(withLoad(both, planLoad({ kind: "rate", rate: 30 }))).toMatchObject({
    id: compressed.replace("saturated", "30ps"),
    workers: 1,
  });
});

test("seed and load come from the request", () => {
  const load = planLoad({ kind: "rate", rate: 30 });
  const plan = compilePlan(EXAMPLE, FAKE, { split: "ESSS", size: SQUARE, load, seed: 99 });
  expect(plan.id).toBe("ESSS-128x128-30ps");
  expect(plan.workload).toEqual({ frames: 120, warmup: 20, load: { kind: "rate", rate: 30, label: "30/s" }, seed: 99 });
});

test("withLoad changes load and id only", () => {
  fc.assert(
    fc.property(placed, ([split, grouping]) => {
      const load = planLoad({ kind: "fraction", fraction: 0.5 }, 80);
      const before = compile(split, grouping);
      const after = compilePlan(EXAMPLE, FAKE, { split, grouping, size: SQUARE, load });
      expect(withLoad(before, load)).toEqual(after);
      expect(after.id).toBe(before.id.replace("saturated", "50pct"));
      expect(after.workload.load).toEqual({ kind: "rate", rate: 40, label: "50%" });
    }),
  );
});

describe("for every split, grouping and size", () => {
  test("a hop carries the output of the last stage of its sender, over the link of its nodes", () => {
    fc.assert(
      fc.property(placed, size, ([split, grouping], size) => {
        const { pods, hops } = compile(split, grouping, size);
        expect(hops).toHaveLength(pods.length - 1);
        for (const [index, hop] of hops.entries()) {
          const [sender, receiver] = [pods[index]!, pods[index + 1]!];
          expect(hop.shape).toEqual(sender.stages.at(-1)!.output);
          expect(hop.shape).toEqual(receiver.stages[0]!.input);
          expect(hop.bytes).toBe(bytesOf(sender.stages.at(-1)!.output));
          expect(hop.link).toEqual(sender.node === receiver.node ? null : EXAMPLE.links[0]);
        }
      }),
    );
  });

  test("grouping and split change neither stages nor their keys", () => {
    fc.assert(
      fc.property(placed, size, ([split, grouping], size) => {
        const stages = compile(split, grouping, size).pods.flatMap((pod) => pod.stages);
        expect(stages).toEqual(compile("EEEE", undefined, size).pods.flatMap((pod) => pod.stages));
      }),
    );
  });

  test("the plan is frozen deeply and survives JSON", () => {
    fc.assert(
      fc.property(placed, ([split, grouping]) => {
        const plan = compile(split, grouping);
        expect(unfrozen(plan)).toEqual([]);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      }),
    );
  });
});

describe("refuses", () => {
  test.each<[string, Grouping | undefined, string]>([
    ["EES", undefined, "split EES has 3 letters, the pipeline has 4 stages"],
    ["EEXS", undefined, "split EEXS: X is not a node, letters: E, S"],
    ["ESES", undefined, "split ESES goes back towards the edge at stage 3"],
    ["monolith@X", undefined, "split XXXX: X is not a node, letters: E, S"],
    ["EEEE", [2, 1], "grouping 2+1 should be counts >= 1 that sum to 4 stages"],
    [
      "ESSS",
      [2, 2],
      "grouping 2+2 of split ESSS puts stages source, conv into one pod, but they are on the nodes edge and server",
    ],
  ])("%s %j", (split, grouping, message) => {
    expect(() => compile(split, grouping)).toThrow(new RangeError(message));
  });

  test("a grouping that mixes nodes, whichever", () => {
    fc.assert(
      fc.property(fc.constantFrom("ESSS", "EESS", "EEES"), fc.constantFrom(...groupings(4)), (split, grouping) => {
        const message = `grouping ${groupingText(grouping)} of split ${split} puts stages`;
        if (cutsBetween(split, grouping)) compile(split, grouping);
        else expect(() => compile(split, grouping)).toThrow(message);
      }),
    );
  });

  test("a size that a kernel can't take", () => {
    expect(() => compile("EEEE", undefined, { width: 2, height: 2 })).toThrow(
      new RangeError("stage conv at 2x2: blur of size 3 needs frames of at least 3x3, got 2x2"),
    );
  });

  test("a missing link", () => {
    const load = SATURATED;
    expect(() => compilePlan({ ...EXAMPLE, links: [] }, FAKE, { split: "ESSS", size: SQUARE, load })).toThrow(
      new RangeError("there is no link between edge and server"),
    );
  });
});

/** A pod ends where the split changes its letter. */
function cutsBetween(split: string, grouping: Grouping): boolean {
  let end = 0;
  const ends = grouping.map((count) => {
    end += count;
    return end;
  });
  return ends.includes(split.indexOf("S"));
}

function unfrozen(value: unknown, path = "plan"): string[] {
  if (typeof value !== "object" || value === null) return [];
  const inside = Object.entries(value).flatMap(([key, child]) => unfrozen(child, `${path}.${key}`));
  return Object.isFrozen(value) ? inside : [path, ...inside];
}
