import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { z } from "zod";
import type { KernelDescriptor } from "../../sim/topology/catalogue.ts";
import { jsonSchema, jsonSchemaText } from "../../sim/topology/json-schema.ts";
import { FAKE } from "./catalogue.ts";

const matches = new Ajv().compile(jsonSchema(FAKE));
const topology = (stage: object) => ({
  apiVersion: "edgetwin/v1",
  name: "example",
  hosts: { this: null },
  nodes: { edge: { letter: "E", host: "this" } },
  stages: [{ name: "source", kernel: "noise" }, stage],
  workload: { sizes: [64, "1280x720"], frames: 10 },
});

test("a stage takes the parameters of its kernel and no other", () => {
  expect(matches(topology({ name: "conv", kernel: "blur", size: 3 }))).toBe(true);
  expect(matches(topology({ name: "conv", kernel: "blur" }))).toBe(false);
  expect(matches(topology({ name: "conv", kernel: "blur", size: "big" }))).toBe(false);
  expect(matches(topology({ name: "conv", kernel: "relu", size: 3 }))).toBe(false);
  expect(matches(topology({ name: "conv", kernel: "bluer", size: 3 }))).toBe(false);
  expect(matches(topology({ name: "Conv", kernel: "relu" }))).toBe(false);
});

test("unknown keys are refused everywhere", () => {
  const valid = topology({ name: "relu", kernel: "relu" });
  expect(matches({ ...valid, extra: 1 })).toBe(false);
  expect(matches({ ...valid, workload: { ...valid.workload, extra: 1 } })).toBe(false);
  expect(matches({ ...valid, hosts: { this: { extra: 1 } } })).toBe(false);
});

test("the text is the schema, in draft 7, with a description of every key", () => {
  const schema = JSON.parse(jsonSchemaText(FAKE));
  expect(schema).toEqual(jsonSchema(FAKE));
  expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
  const described = (properties: Record<string, { description?: string }>) =>
    Object.entries(properties).filter(([, { description }]) => description === undefined);
  const { properties } = schema;
  expect(described(properties)).toEqual([]);
  expect(described(properties.workload.properties)).toEqual([]);
  expect(described(properties.links.items.properties)).toEqual([]);
  expect(described(properties.nodes.additionalProperties.properties)).toEqual([]);
});

test("a kernel whose parameters are no mapping is a mistake of the catalogue", () => {
  const odd: KernelDescriptor = { ...FAKE.get("relu")!, name: "odd", params: z.string() };
  expect(() => jsonSchema(new Map([["odd", odd]]))).toThrow("parameters of kernel odd should be a mapping, got string");
});
