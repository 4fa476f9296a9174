import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { withModels } from "../../kernels/catalogue.ts";
import { kernelsFor } from "../../live/stage/models.ts";
import { compileAll } from "../../sim/experiment.ts";
import { jsonSchema, jsonSchemaText } from "../../sim/topology/json-schema.ts";
import { parseTopology } from "../../sim/topology/parse.ts";

// Adding an example adds a test.
const folder = join(import.meta.dirname, "../../topologies");
const examples = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
const catalogue = withModels(new Map(), null);
const matchesSchema = new Ajv({ allErrors: true }).compile(jsonSchema(catalogue));

describe.each(examples)("%s", (file) => {
  const text = readFileSync(join(folder, file), "utf8");

  test("checks clean, is named after its file, and compiles", async () => {
    const kernels = await kernelsFor(parse(text).stages, folder);
    const topology = await parseTopology(text, `topologies/${file}`, kernels);
    expect(`${topology.name}.yaml`).toBe(file);
    const candidates = compileAll(topology, kernels).filter(({ saturated }) => saturated.candidate);
    expect(candidates.length).toBeGreaterThan(1);
  });

  test("matches the JSON Schema that it points editors to", () => {
    expect(text.startsWith("# yaml-language-server: $schema=./schema.json\n")).toBe(true);
    matchesSchema(parse(text));
    expect(matchesSchema.errors).toBeNull();
  });
});

test("schema.json is the catalogue's (npm run update)", async () => {
  await expect(jsonSchemaText(catalogue)).toMatchFileSnapshot(join(folder, "schema.json"));
});
