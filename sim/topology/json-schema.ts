import { type ZodType, z } from "zod";
import type { KernelCatalogue, KernelDescriptor } from "./catalogue.ts";
import { STAGE, topologySchema } from "./schema.ts";

type JsonObject = Record<string, unknown>;

/**
 * JSON Schema (draft 7, which editors' YAML servers know best) of a topology file whose stages use the catalogue's kernels.
 * @throws TypeError if a kernel's parameters are not a mapping.
 */
export function jsonSchema(catalogue: KernelCatalogue): JsonObject {
  const schema = generate(topologySchema);
  const { properties, ...rest } = schema as { properties: JsonObject };
  const stages = [...catalogue.values()].map(stageOf);
  return {
    ...rest,
    title: "edgetwin topology",
    properties: { ...properties, stages: { ...(properties.stages as JsonObject), items: { oneOf: stages } } },
  };
}

/** The text of `topologies/schema.json`. */
export function jsonSchemaText(catalogue: KernelCatalogue): string {
  return `${JSON.stringify(jsonSchema(catalogue), null, 2)}\n`;
}

function stageOf({ name, params }: KernelDescriptor): JsonObject {
  const own = generate(params);
  if (own.type !== "object") throw new TypeError(`parameters of kernel ${name} should be a mapping, got ${own.type}`);
  const { properties: base } = generate(z.strictObject(STAGE)) as { properties: JsonObject };
  const { properties = {}, required = [] } = own as { properties?: JsonObject; required?: readonly string[] };
  const kernel = { ...(base.kernel as JsonObject), const: name };
  return {
    title: name,
    type: "object",
    properties: {
      name: base.name,
      kernel,
      implementation: base.implementation,
      ...properties,
      nodes: base.nodes,
      memory: base.memory,
    },
    required: ["name", "kernel", ...required],
    additionalProperties: false,
  };
}

function generate(schema: ZodType): JsonObject {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-7", unrepresentable: "any" });
  return schema === topologySchema ? { $schema, ...rest } : rest;
}
