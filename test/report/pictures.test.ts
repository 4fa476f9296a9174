import { describe, expect, it } from "vitest";
import { renderSvg } from "../../live/report/vega.ts";
import type { Picture } from "../../sim/report/picture.ts";
import { picturesOf } from "../../sim/report/pictures.ts";
import { logTicks } from "../../sim/report/ticks.ts";
import { comparisonOf, pair, SATURATED, SPLITS, samplePairs } from "../compare/fixture.ts";
import { better } from "../compare/variants.ts";

const full = picturesOf(comparisonOf(samplePairs()));
const small = picturesOf(comparisonOf([pair({ split: "EESS", size: [64, 64], load: SATURATED })]));
const manySizes = picturesOf(
  comparisonOf(
    [64, 128, 256, 512, 1024, 2048].flatMap((side) =>
      SPLITS.map((split) => pair({ split, size: [side, side], load: SATURATED })),
    ),
  ),
);
const variants = picturesOf(
  comparisonOf([...samplePairs(), ...better(samplePairs(), { workers: 16, compression: "zstd" })]),
);

describe("pictures", () => {
  it("cover throughput, latency, breakdown, ratio, pods and errors", () => {
    expect(full.map(({ id }) => id)).toEqual([
      "throughput",
      "latency-50",
      "latency-saturated",
      "breakdown-50",
      "breakdown-saturated",
      "ccr",
      "pods",
      "scatter",
    ]);
  });

  it("leave out what a run does not cover", () => {
    expect(small.map(({ id }) => id)).toEqual([
      "throughput",
      "latency-saturated",
      "breakdown-saturated",
      "ccr",
      "scatter",
    ]);
  });

  const all: readonly (readonly [string, Picture])[] = [
    ...full.map((picture) => [`full run: ${picture.id}`, picture] as const),
    ...small.map((picture) => [`one plan: ${picture.id}`, picture] as const),
    ...variants.map((picture) => [`with workers: ${picture.id}`, picture] as const),
    ...manySizes.map((picture) => [`six sizes: ${picture.id}`, picture] as const),
  ];

  it.each(all)("compile without a warning, fit the page and have tooltips: %s", async (_, picture) => {
    const svg = await renderSvg(picture.spec);
    const width = Number(/^<svg[^>]* width="([\d.]+)"/.exec(svg)?.[1]);
    expect(width).toBeGreaterThan(200);
    expect(width).toBeLessThanOrEqual(960);
    expect(svg).toContain("<title>");
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("join by pods what has the same workers", () => {
    const { data } = variants.find(({ id }) => id === "pods")!.spec;
    const { values } = data as { values: { node: string; throughput: number }[] };
    expect([...new Set(values.map(({ node }) => node))].toSorted()).toEqual(["on E", "on E w16", "on S", "on S w16"]);
  });

  it("are values: JSON keeps them", () => {
    for (const { spec } of full) expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });

  it("warn loudly if a specification is wrong", async () => {
    const wrong = {
      ...full[0]!.spec,
      mark: "bar",
      encoding: { x: { field: "a", type: "quantitative", bin: 3, scale: { type: "point" } } },
    };
    const { facet: _, spec: __, ...unit } = wrong as Record<string, unknown>;
    await expect(renderSvg(unit as unknown as Picture["spec"])).rejects.toThrow(/^Vega-Lite: /);
  });
});

describe("ticks of a logarithmic axis", () => {
  it.each([
    [1.5, 60, [2, 5, 10, 20, 50]],
    [0.09, 1.2, [0.1, 0.2, 0.5, 1]],
    [0.5, 5000, [1, 10, 100, 1000]],
    [3, 3.2, [3, 3.1, 3.2]],
  ])("from %d to %d", (low, high, ticks) => {
    expect(logTicks(low, high)).toEqual(ticks);
  });
});
