import type { ZodType, z } from "zod";
import { deepFreeze } from "../freeze.ts";
import { isHomogeneous } from "../split.ts";
import type { KernelCatalogue } from "./catalogue.ts";
import { check } from "./check.ts";
import { disturbanceOf } from "./disturbances.ts";
import { workloadOf } from "./draft.ts";
import { parseFields } from "./fields.ts";
import { type Finding, type Path, type Problem, pathText, TopologyError } from "./problem.ts";
import { groupingsSchema, rateSchema, splitsSchema, WORKLOAD } from "./schema.ts";
import type { Topology } from "./topology.ts";
import { loadUnits } from "./units.ts";
import { whatIf } from "./what-if.ts";

/** Values of flags as the command line has them; lists are separated by commas: `--sizes 128,1280x720`. */
export interface Overrides {
  readonly splits?: string | undefined;
  /** Stages per pod: `1+3,1+2+1`. Every split is cut so and in no other way. */
  readonly groupings?: string | undefined;
  readonly sizes?: string | undefined;
  readonly frames?: string | number | undefined;
  readonly duration?: string | undefined;
  readonly warmup?: string | number | undefined;
  readonly loads?: string | undefined;
  /** A rate as the only load: `30/s`. Not together with `loads`. */
  readonly rate?: string | undefined;
  readonly arrivals?: string | undefined;
  readonly overflow?: string | undefined;
  readonly buffer?: string | number | undefined;
  readonly window?: string | number | undefined;
  readonly compression?: string | undefined;
  readonly workers?: string | undefined;
  readonly repeats?: string | number | undefined;
  readonly seed?: string | number | undefined;
  /** Disturbances besides the file's, each on a line of its own: `link edge-server 10% 2 s..5 s`. */
  readonly whatIf?: readonly string[] | undefined;
}

/** Those that are one value each. */
type Flag = Exclude<keyof Overrides, "whatIf">;

const LISTS: readonly Flag[] = ["splits", "groupings", "sizes", "loads", "compression", "workers"];
const SCHEMAS: Readonly<Record<Flag, ZodType>> = {
  ...WORKLOAD,
  splits: splitsSchema,
  groupings: groupingsSchema,
  rate: rateSchema,
};

/**
 * A checked topology with some of its values replaced, checked again. Frozen deeply.
 * @throws TopologyError with every problem; their paths are flags (`--sizes`), their file is `null`.
 */
export async function withOverrides(
  topology: Topology,
  overrides: Overrides,
  catalogue: KernelCatalogue,
): Promise<Topology> {
  const flags = (Object.keys(SCHEMAS) as Flag[]).filter((flag) => overrides[flag] !== undefined);
  const { whatIf: questions = [] } = overrides;
  if (flags.length === 0 && questions.length === 0) return topology;
  const raw = Object.fromEntries(flags.map((flag) => [flag, fileValue(flag, overrides[flag]!)]));
  const shape = Object.fromEntries(flags.map((flag) => [flag, SCHEMAS[flag]]));
  const findings: Finding[] = [];
  // Each flag was parsed by the schema of the file's key of that name.
  const { splits = topology.splits, groupings, rate, ...given } = parseFields(shape, raw, [], findings) as Given;
  if (flags.includes("rate") && flags.includes("loads")) {
    const message = "can't be given together with --loads";
    findings.push({
      path: ["rate"],
      value: overrides.rate,
      message,
      allowed: `--loads ${overrides.loads},${overrides.rate}`,
    });
  }
  // So many frames, no more: a duration of the file's would add to them.
  const exact = given.frames !== undefined && given.duration === undefined ? { duration: "0 s" } : {};
  const fields = { ...given, ...exact, ...(rate !== undefined && { loads: [rate] }) };
  const units = await loadUnits();
  const { arrivals, overflow, buffer, ...others } = topology.workload;
  const usual = {
    ...(given.arrivals === undefined && arrivals !== undefined && { arrivals }),
    // A buffer is nothing without a source that drops.
    ...(given.overflow === undefined && overflow !== undefined && { overflow }),
    ...(given.overflow !== "block" && buffer !== undefined && { buffer }),
  };
  const workload = { ...others, ...usual, ...workloadOf(fields, units) };
  const { disturbances: known = [] } = topology;
  const nodes = topology.nodes.map(({ name }) => name);
  const more = questions.map((text, i) => {
    const path = ["disturbances", known.length + i];
    const raw = whatIf(text, nodes, path, findings);
    return raw === null ? {} : disturbanceOf(raw, path, units, findings);
  });
  const all = [...known, ...more];
  const changed = {
    ...topology,
    splits,
    workload,
    // The file's are of a split on one node: where only others are asked for, of nothing.
    ...(flags.includes("splits") && splits?.some(isHomogeneous) === false && { groupings: [] }),
    ...(groupings !== undefined && { groupings: [], onlyGroupings: groupings }),
    ...(all.length > 0 && { disturbances: all }),
  };
  findings.push(...check(changed, catalogue));
  if (findings.length > 0)
    throw new TopologyError(findings.map((finding) => problemOf(finding, flags, questions.length > 0)));
  // Nothing was found, so nothing is missing.
  return deepFreeze(changed as Topology);
}

type Given = Partial<z.output<z.ZodObject<typeof WORKLOAD>>> & {
  readonly splits?: readonly string[];
  readonly groupings?: readonly (readonly number[])[];
  readonly rate?: string;
};

/** What the file would hold for a flag's text. Text that is no number stays as it is, for the schema to refuse. */
function fileValue(flag: Flag, given: string | number): unknown {
  if (LISTS.includes(flag))
    return String(given)
      .split(",")
      .map((item) => itemIn(flag, item.trim()));
  return typeof given === "string" ? numberIn(given) : given;
}

function itemIn(flag: Flag, text: string): unknown {
  if (flag === "groupings") return text.split("+").map((count) => numberIn(count.trim()));
  return flag === "workers" ? numberIn(text) : text;
}

function numberIn(text: string): string | number {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function problemOf(
  { path, causes = [], value, message, allowed }: Finding,
  flags: readonly Flag[],
  asked: boolean,
): Problem {
  // The file's own are right by themselves: what is wrong with disturbances is so since there are more.
  const question = asked && path[0] === "disturbances" ? "what-if" : undefined;
  const flag = question ?? [path, ...causes].map((one) => flagOf(one, flags)).find((one) => one !== undefined);
  const place = flag === undefined ? pathText(path) : `--${flag}`;
  return { file: null, line: null, column: null, path: place, value, message, allowed };
}

function flagOf(path: Path, flags: readonly Flag[]): Flag | undefined {
  const key = path[0] === "workload" ? path[1] : path[0];
  const named = key === "onlyGroupings" ? "groupings" : key;
  return flags.find((flag) => flag === named || (flag === "rate" && named === "loads"));
}
