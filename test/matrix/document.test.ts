import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { renderSvg } from "../../live/report/vega.ts";
import { type Cell, MATRIX_LINKS } from "../../sim/matrix/cell.ts";
import { documentOf } from "../../sim/matrix/document.ts";
import { markdownTable, paragraph, ROW_WIDTH } from "../../sim/matrix/markdown.ts";
import { plansOf } from "../../sim/matrix/outcome.ts";
import { matrixPicture } from "../../sim/matrix/picture.ts";
import { readingOf } from "../../sim/matrix/reading.ts";
import { wobble } from "../compare/fixture.ts";
import { CELL, outcome } from "./fixture.ts";

const SLOW: Cell = { ...CELL, name: "thesis-100mbit-256x256", link: MATRIX_LINKS[2]! };
const MISSING: Cell = { ...CELL, name: "thesis-none-256x256", link: MATRIX_LINKS[0]! };

/** Errors of a few per cent that depend on nothing but the plan. */
const OUTCOMES = [CELL, SLOW].map((cell) =>
  outcome({
    cell,
    repeats: [0.99, 1, 1.02],
    off: ({ split, load }) => {
      const scale = wobble(0.06, `${cell.name} ${split} ${load.label}`);
      return { throughput: 1 + (scale("throughput") - 1) / 4, latency: scale("latency") };
    },
  }),
);
const TEXT = documentOf({
  created: "2026-01-02T04:00:00Z",
  command: "npm run validate:matrix",
  commit: "0123456789ab",
  cells: [CELL, SLOW, MISSING],
  outcomes: OUTCOMES,
  picture: "validation.svg",
});

describe("document", () => {
  it("is this, to the letter", async () => {
    await expect(TEXT).toMatchFileSnapshot(join(import.meta.dirname, "../golden/validation.md"));
  });

  it("has no row longer than a hundred characters", () => {
    const rows = TEXT.split("\n").filter((line) => line.startsWith("|"));
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.filter((row) => [...row].length > ROW_WIDTH)).toEqual([]);
  });

  it("says what is missing", () => {
    expect(TEXT).toContain("2 of 3 cells");
    expect(TEXT).toContain("Not run: thesis-none-256x256.");
  });

  it("needs a finished cell", () => {
    expect(() => documentOf({ created: "", command: "", commit: "", cells: [], outcomes: [], picture: "" })).toThrow(
      "outcomes is empty",
    );
  });
});

describe("reading", () => {
  const reading = (off: { throughput?: number; latency?: number }) =>
    readingOf(plansOf(outcome({ off: () => off, repeats: [0.999, 1.001] }))).join("\n");

  it("follows from the figures: a twin that is right", () => {
    const text = reading({});
    expect(text).toContain("The bounds hold for saturated throughput");
    expect(text).not.toContain("do not hold");
    expect(text).not.toContain("miss a bound");
    expect(text).toContain("100 % are right");
  });

  it("and one that is not", () => {
    const text = reading({ latency: 0.8 });
    expect(text).toContain("They do not hold for mean latency up to 85 % of capacity (median 20.0 %");
    expect(text).toContain("100 % of the misses are predicted too low");
  });
});

describe("Markdown", () => {
  test("columns stand below each other; only the first is cut", () => {
    const columns = [
      { title: "a", align: "left" },
      { title: "b", align: "right" },
    ] as const;
    expect(
      markdownTable(columns, [
        ["x", "1"],
        ["longer", "22"],
      ]),
    ).toBe("| a      |  b |\n|--------|---:|\n| x      |  1 |\n| longer | 22 |");
    const [, , row] = markdownTable(columns, [["y".repeat(200), "z".repeat(40)]]).split("\n");
    expect([...row!]).toHaveLength(ROW_WIDTH);
    expect(row).toContain(`… | ${"z".repeat(40)} |`);
    expect(() => markdownTable(columns, [["", "z".repeat(100)]])).toThrow("columns a, b are wider than 100 characters");
  });

  test("paragraphs break at spaces", () => {
    const lines = paragraph("word ".repeat(60).trim()).split("\n");
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.every((line) => line.length <= 120 && !line.endsWith(" "))).toBe(true);
  });
});

test("the picture is drawn without a browser, a point a plan and series", async () => {
  const svg = await renderSvg(matrixPicture(OUTCOMES.flatMap(plansOf)));
  expect(svg).toContain("saturated throughput");
  expect(svg).toContain("thesis-100mbit-256x256 EESS saturated: spread of the runs");
});
