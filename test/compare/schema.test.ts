import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { comparisonSchema, comparisonSchemaText } from "../../sim/compare/schema.ts";
import { comparisonOf, pair, SATURATED, samplePairs } from "./fixture.ts";

const validate = new Ajv({ strict: true, strictTuples: true, allowUnionTypes: true }).compile(
  JSON.parse(comparisonSchemaText()),
);

describe("schema of a comparison", () => {
  it.each([
    ["a full run", comparisonOf(samplePairs())],
    ["a single plan", comparisonOf([pair({ split: "EEEE", size: [64, 64], load: SATURATED })])],
  ])("accepts %s, by ajv and by zod", (_, comparison) => {
    const read = JSON.parse(JSON.stringify(comparison));
    expect(validate(read), JSON.stringify(validate.errors)).toBe(true);
    expect(comparisonSchema.parse(read)).toEqual(read);
  });

  it("refuses what is missing, misspelt or of the wrong type", () => {
    const good = comparisonOf([pair({ split: "EEEE", size: [64, 64], load: SATURATED })]);
    const { decision: _, ...missing } = good;
    const more = { ...good, decison: 1 };
    const wrong = { ...good, plans: [{ ...good.plans[0], size: "64x64" }] };
    for (const bad of [missing, more, wrong, { ...good, version: 2 }]) expect(validate(bad)).toBe(false);
  });

  it("is the file in the repository", () => {
    expect(readFileSync(new URL("../../sim/comparison.schema.json", import.meta.url), "utf8")).toBe(
      comparisonSchemaText(),
    );
  });
});
