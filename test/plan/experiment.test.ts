import { describe, expect, test } from "vitest";
import { compileAll, planOf } from "../../sim/experiment.ts";
import { loadLabel, planLoad } from "../../sim/load.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import { FAKE } from "../topology/catalogue.ts";
import { EXAMPLE } from "./topology.ts";

const ids = (changes: Partial<Topology> = {}, loads: Topology["workload"]["loads"] = [{ kind: "saturated" }]) => {
  const workload = { ...EXAMPLE.workload, sizes: [{ width: 64, height: 64 }], loads };
  return compileAll({ ...EXAMPLE, workload, ...changes }, FAKE).map(({ id }) => id.replace("-64x64-saturated", ""));
};

describe("compileAll", () => {
  test("all splits, the monoliths, and the groupings on the server", () => {
    const expected = ["SSSS", "ESSS", "EESS", "EEES", "EEEE", "monolith-S", "monolith-E", "SSSS-2+2"];
    expect(ids()).toEqual(expected);
  });

  test("only listed splits; groupings go to the furthest node that has all stages", () => {
    expect(ids({ splits: ["EEEE", "EESS"] })).toEqual(["EEEE", "EESS", "monolith-E", "EEEE-2+2"]);
    expect(ids({ splits: ["EESS"], groupings: [] })).toEqual(["EESS"]);
  });

  test("times sizes, times loads, each id once", () => {
    const experiments = compileAll(EXAMPLE, FAKE);
    // Seven placements under three loads, and the extra grouping saturated only.
    expect(experiments).toHaveLength(7 * 2 * 3 + 2);
    expect(new Set(experiments.map(({ id }) => id)).size).toBe(experiments.length);
    expect(experiments.slice(0, 6).map(({ id }) => id)).toEqual([
      "SSSS-128x128-saturated",
      "SSSS-128x128-50pct",
      "SSSS-128x128-30ps",
      "SSSS-1280x720-saturated",
      "SSSS-1280x720-50pct",
      "SSSS-1280x720-30ps",
    ]);
  });

  test("what crosses a link is there once for every compression, what does not only once", () => {
    const compression: Topology["workload"]["compression"] = ["none", "zstd"];
    const workload = { ...EXAMPLE.workload, sizes: [{ width: 64, height: 64 }], compression };
    const both = compileAll({ ...EXAMPLE, workload, splits: ["SSSS", "EESS"] }, FAKE);
    expect(both.map(({ id }) => id)).toEqual([
      ...["saturated", "50pct", "30ps"].map((load) => `SSSS-64x64-${load}`),
      ...["saturated", "50pct", "30ps"].map((load) => `EESS-64x64-${load}`),
      ...["saturated", "50pct", "30ps"].map((load) => `EESS-64x64-${load}-zstd`),
      ...["saturated", "50pct", "30ps"].map((load) => `monolith-S-64x64-${load}`),
      "SSSS-2+2-64x64-saturated",
    ]);
    for (const experiment of both) {
      const { id, hops } = planOf(experiment, () => 100);
      expect(id).toBe(experiment.id);
      expect(hops.map(({ compression }) => compression === "zstd")).toEqual(
        hops.map(({ link }) => link !== null && id.endsWith("-zstd")),
      );
    }
    const only = compileAll({ ...EXAMPLE, workload: { ...workload, compression: ["zstd"] }, groupings: [] }, FAKE);
    const saturated = only.map(({ id }) => id).filter((id) => id.includes("saturated"));
    expect(saturated.map((id) => id.replace("-64x64-saturated", ""))).toEqual([
      "SSSS",
      "ESSS-zstd",
      "EESS-zstd",
      "EEES-zstd",
      "EEEE",
      "monolith-S",
      "monolith-E",
    ]);
  });

  test("everything is there once for every number of workers, monoliths and groupings too", () => {
    const workload = { ...EXAMPLE.workload, sizes: [{ width: 64, height: 64 }], workers: [0, 2, 1] };
    const all = compileAll({ ...EXAMPLE, workload, splits: ["SSSS", "EESS"] }, FAKE);
    const each = (placement: string, loads = ["saturated", "50pct", "30ps"], variants = ["", "-w2", "-w1"]) =>
      variants.flatMap((variant) => loads.map((load) => `${placement}-64x64-${load}${variant}`));
    expect(all.map(({ id }) => id)).toEqual([
      ...each("SSSS"),
      ...each("EESS"),
      ...each("monolith-S"),
      ...each("SSSS-2+2", ["saturated"]),
    ]);
    for (const experiment of all) {
      const plan = planOf(experiment, () => 100);
      expect(plan.id).toBe(experiment.id);
      expect(plan.workers).toBe(Number(/-w(\d+)$/.exec(plan.id)?.[1] ?? 0));
    }
    const compression: Topology["workload"]["compression"] = ["none", "zstd"];
    const both = { ...EXAMPLE, workload: { ...workload, compression, workers: [0, 1] }, groupings: [] };
    expect(compileAll({ ...both, splits: ["SSSS", "EESS"] }, FAKE).map(({ id }) => id)).toEqual([
      ...each("SSSS", undefined, ["", "-w1"]),
      ...each("EESS", undefined, ["", "-w1", "-zstd", "-zstd-w1"]),
      ...each("monolith-S", undefined, ["", "-w1"]),
    ]);
  });

  test("ids are fit for file names", () => {
    for (const { id } of compileAll(EXAMPLE, FAKE)) expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9.+-]*$/);
  });
});

describe("planOf", () => {
  test("asks for the capacity of fractions only, and makes the plan of the id", () => {
    const asked: string[] = [];
    for (const experiment of compileAll(EXAMPLE, FAKE)) {
      const plan = planOf(experiment, (saturated) => {
        asked.push(saturated.id);
        return 200;
      });
      expect(plan.id).toBe(experiment.id);
      expect(plan.workload.load.label).toBe(loadLabel(experiment.load));
      if (experiment.load.kind === "fraction") expect(plan.workload.load).toMatchObject({ kind: "rate", rate: 100 });
    }
    expect(asked).toHaveLength(14);
    expect(asked.every((id) => id.endsWith("-saturated"))).toBe(true);
  });

  test("experiments that differ in their load share the saturated plan", () => {
    const [saturated, half] = compileAll(EXAMPLE, FAKE);
    expect(half!.saturated).toBe(saturated!.saturated);
    expect(planOf(saturated!, () => Number.NaN)).toBe(saturated!.saturated);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses a capacity of %d", (capacity) => {
    const half = compileAll(EXAMPLE, FAKE)[1]!;
    expect(() => planOf(half, () => capacity)).toThrow(
      new RangeError(`a load of 50% needs the plan's capacity, a positive number of frames/s, got ${capacity}`),
    );
  });
});

test("labels of loads", () => {
  expect(loadLabel({ kind: "fraction", fraction: 0.07 })).toBe("7%");
  expect(loadLabel({ kind: "rate", rate: 1.5 })).toBe("1.5/s");
  expect(planLoad({ kind: "saturated" })).toEqual({ kind: "saturated", label: "saturated" });
});
