import { z } from "zod";
import type { KernelCatalogue, KernelDescriptor } from "./catalogue.ts";
import { closest } from "./closest.ts";
import { arrivalsOf, type DraftDisturbance, disturbanceOf } from "./disturbances.ts";
import { elements, entries, mapping, parseFields, parseValue } from "./fields.ts";
import { unknownKey } from "./issues.ts";
import { type Finding, oneOf, type Path, valueText } from "./problem.ts";
import { HOST, LINK, NODE, STAGE, TOPOLOGY, WORKLOAD } from "./schema.ts";
import { parseSize } from "./size.ts";
import type { Host, Link, Load, Node, Stage, Topology, Workload } from "./topology.ts";
import { BANDWIDTH, DURATION, MEMORY, POWER, PRICE, parsePercent, RATE, type Units } from "./units.ts";

/** A topology where everything that was wrong by itself is left out; what is there is not checked against the rest yet. */
export interface Draft
  extends Partial<Pick<Topology, "apiVersion" | "name" | "description" | "splits" | "groupings" | "onlyGroupings">> {
  readonly hosts: readonly (Pick<Host, "name"> & Partial<Host>)[];
  readonly nodes: readonly (Pick<Node, "name"> & Partial<Node>)[];
  readonly links: readonly Partial<Link>[];
  readonly stages: readonly Partial<Stage>[];
  readonly workload: Partial<Workload>;
  readonly disturbances?: readonly DraftDisturbance[];
}

/** Makes a draft of a file's content; what is wrong is added to the findings. `null` if the content is no mapping. */
export function draftOf(raw: unknown, catalogue: KernelCatalogue, units: Units, findings: Finding[]): Draft | null {
  const root = mapping(raw, [], findings);
  if (root === null) return null;
  const keys = Object.keys(TOPOLOGY);
  const unknown = Object.keys(root).filter((key) => !keys.includes(key));
  findings.push(...unknown.map((key) => unknownKey([key], keys)));

  const { apiVersion, name, description, splits, groupings } = TOPOLOGY;
  return {
    apiVersion: parseValue(apiVersion, root.apiVersion, ["apiVersion"], findings),
    name: parseValue(name, root.name, ["name"], findings),
    description: parseValue(description, root.description, ["description"], findings),
    hosts: entries(root.hosts, ["hosts"], findings).map(([name, host]) => {
      const { cores } = parseFields(HOST, host ?? {}, ["hosts", name], findings);
      return { name, cores: cores ?? null };
    }),
    nodes: entries(root.nodes, ["nodes"], findings).map(([name, node]) => {
      const { cpus, quota, power, price, memory, ...fields } = parseFields(NODE, node, ["nodes", name], findings);
      return {
        name,
        ...fields,
        arch: fields.arch ?? null,
        ...(cpus !== undefined && { cpus }),
        ...(quota !== undefined && { quota }),
        ...(power && { power: { idle: units.convert(power.idle, POWER), busy: units.convert(power.busy, POWER) } }),
        ...(price !== undefined && { price: units.convert(price, PRICE) }),
        ...(memory !== undefined && { memory: units.convert(memory, MEMORY) }),
      };
    }),
    links: elements(root.links ?? [], ["links"], findings).map((link, index) => {
      const { between, bandwidth, delay } = parseFields(LINK, link, ["links", index], findings);
      return {
        between,
        bandwidth: bandwidth === undefined ? null : units.convert(bandwidth, BANDWIDTH),
        delay: delay === undefined ? undefined : units.convert(delay, DURATION),
      };
    }),
    stages: stages(root.stages, catalogue, units, findings),
    workload: withWarmup(workloadOf(parseFields(WORKLOAD, root.workload, ["workload"], findings), units)),
    splits: root.splits === undefined ? null : parseValue(splits, root.splits, ["splits"], findings),
    groupings: parseValue(groupings, root.groupings, ["groupings"], findings),
    ...disturbancesOf(root.disturbances, units, findings),
  };
}

function disturbancesOf(raw: unknown, units: Units, findings: Finding[]): Pick<Draft, "disturbances"> {
  const given = elements(raw ?? [], ["disturbances"], findings);
  if (given.length === 0) return {};
  return { disturbances: given.map((one, index) => disturbanceOf(one, ["disturbances", index], units, findings)) };
}

/** The workload that its fields in the file say; a field that is not there is left out. */
export function workloadOf(fields: Partial<z.output<z.ZodObject<typeof WORKLOAD>>>, units: Units): Partial<Workload> {
  const { sizes, loads, duration, arrivals: text, overflow, ...rest } = fields;
  const arrivals = text === undefined ? undefined : arrivalsOf(text, units);
  return {
    ...rest,
    ...(arrivals && { arrivals }),
    ...(overflow === "drop-oldest" && { overflow }),
    ...(duration !== undefined && { duration: units.convert(duration, DURATION) }),
    ...(sizes && { sizes: sizes.map((size) => parseSize(String(size))) }),
    ...(loads && { loads: loads.map((load) => loadOf(load, units)) }),
  };
}

function withWarmup(workload: Partial<Workload>): Partial<Workload> {
  const { frames, warmup, duration = 0 } = workload;
  const rest = warmup === undefined && frames !== undefined ? { warmup: Math.floor(frames / 10) } : {};
  return { ...workload, duration, ...rest };
}

function loadOf(text: string, units: Units): Load {
  if (text === "saturated") return { kind: "saturated" };
  if (text.endsWith("%")) return { kind: "fraction", fraction: parsePercent(text) };
  return { kind: "rate", rate: units.convert(text, RATE) };
}

function stages(raw: unknown, catalogue: KernelCatalogue, units: Units, findings: Finding[]): Partial<Stage>[] {
  const given = elements(raw, ["stages"], findings);
  if (Array.isArray(raw) && raw.length === 0) {
    findings.push({ path: ["stages"], value: raw, message: "is empty", allowed: "at least one" });
  }
  return given.map((stage, index) => {
    const path = ["stages", index];
    const { name, kernel, implementation, nodes, memory } = parseFields(STAGE, stage, path, findings, { open: true });
    const needs = memory === undefined ? {} : { memory: units.convert(memory, MEMORY) };
    const placed = { name, implementation, nodes: nodes ?? null, ...needs };
    if (kernel === undefined) return placed;
    if (!catalogue.has(kernel)) {
      const names = [...catalogue.keys()];
      const message = `${valueText(kernel)} is not a kernel`;
      const allowed = oneOf(names, closest(kernel, names));
      findings.push({ path: [...path, "kernel"], value: kernel, message, allowed });
      return placed;
    }
    return { ...placed, kernel, params: params(stage, kernel, catalogue, path, findings) };
  });
}

/** Every key of a stage that is not of stages in general is a parameter of its kernel. */
function params(
  stage: unknown,
  kernel: string,
  catalogue: KernelCatalogue,
  path: Path,
  findings: Finding[],
): Stage["params"] | undefined {
  const own = Object.entries(stage as object).filter(([key]) => !Object.hasOwn(STAGE, key));
  return kernelParams(catalogue.get(kernel)!, Object.fromEntries(own), path, findings);
}

/** A kernel's parameters, checked and with its defaults filled in; `undefined` with findings if they are not what it takes. */
export function kernelParams(
  { params: schema }: KernelDescriptor,
  given: Readonly<Record<string, unknown>>,
  path: Path,
  findings: Finding[],
): Stage["params"] | undefined {
  if (!(schema instanceof z.ZodObject)) return parseValue(schema as z.ZodType<Stage["params"]>, given, path, findings);
  const keys = [...Object.keys(STAGE), ...Object.keys(schema.shape)];
  // Strict, whatever the kernel says: a misspelt parameter must not fall back to its default.
  return parseValue(schema.strict(), given, path, findings, keys);
}

/** Names of a kernel's parameters, those with a default too; of a schema that does not tell them, none. */
export function kernelKeys({ params: schema }: KernelDescriptor): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
