import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { jsonSchema } from "../../sim/topology/json-schema.ts";
import { parseTopology } from "../../sim/topology/parse.ts";
import { TopologyError } from "../../sim/topology/problem.ts";
import { FAKE } from "./catalogue.ts";

// Adding a file adds a test; `vitest -u` writes the expected messages of a new invalid one beside it.
const folder = join(import.meta.dirname, "files");
const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
const valid = files.filter((file) => file.startsWith("valid-"));
const invalid = files.filter((file) => file.startsWith("invalid-"));
const read = (file: string) => readFileSync(join(folder, file), "utf8");
const matchesSchema = new Ajv({ allErrors: true }).compile(jsonSchema(FAKE));

test("every file is of one kind or the other", () => {
  expect([...invalid, ...valid].toSorted()).toEqual(files.toSorted());
});

describe("valid", () => {
  test.each(valid)("%s", async (file) => {
    const topology = await parseTopology(read(file), file, FAKE);
    expect(Object.isFrozen(topology.nodes)).toBe(true);
    matchesSchema(parse(read(file)));
    expect(matchesSchema.errors).toBeNull();
  });
});

describe("invalid", () => {
  test.each(invalid)("%s", async (file) => {
    const error = await parseTopology(read(file), file, FAKE).then(
      () => null,
      (error: unknown) => error,
    );
    expect(error).toBeInstanceOf(TopologyError);
    const { message, problems } = error as TopologyError;
    await expect(`${message}\n`).toMatchFileSnapshot(join(folder, file.replace(".yaml", ".txt")));
    if (file !== "invalid-many.yaml") expect(problems).toHaveLength(1);
  });
});
