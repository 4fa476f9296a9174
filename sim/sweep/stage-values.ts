import type { KernelCatalogue } from "../topology/catalogue.ts";
import { kernelParams } from "../topology/draft.ts";
import { parseValue } from "../topology/fields.ts";
import { type Finding, pathText } from "../topology/problem.ts";
import { STAGE } from "../topology/schema.ts";
import type { Stage } from "../topology/topology.ts";
import type { StageAxis } from "./axis.ts";
import { ABOVE_ZERO, items, type Refusal, rangeOf, refuse, spaced } from "./values.ts";

/**
 * The axis of a stage's parameter, by the end of its key. Values are as the file has them, lists in brackets: `3,5,[3,5]`; those of a
 * range are rounded where the kernel takes integers only. Each is checked with the stage's other parameters.
 */
export function stageAxis(
  key: string,
  stage: Stage,
  catalogue: KernelCatalogue,
  text: string,
  refusals: Refusal[],
): StageAxis {
  const parameter = key.slice(`stages.${stage.name}.`.length);
  const read = (raw: unknown) => parsed(stage, parameter, raw, catalogue);
  const axis = { key, kind: "stage", target: stage.name, parameter } as const;
  if (text.includes("..")) {
    const range = rangeOf(text, refusals);
    if (range === null) return { ...axis, values: [] };
    const [low, high] = range.ends.map(Number) as [number, number];
    if (!Number.isFinite(low) || !Number.isFinite(high)) {
      refuse(text, "numbers at both ends of a range", refusals);
      return { ...axis, values: [] };
    }
    if (range.scale === "log" && !(low > 0 && high > 0)) {
      refuse(range.ends[low > 0 ? 1 : 0]!, ABOVE_ZERO, refusals);
      return { ...axis, values: [] };
    }
    const exact = spaced(low, high, range.scale, range.count, false);
    const values = exact.every((one) => read(one).findings.length === 0)
      ? exact
      : spaced(low, high, range.scale, range.count, true);
    return { ...axis, values: values.flatMap((one) => kept(read(one), refusals)) };
  }
  return { ...axis, values: items(text).flatMap((one) => kept(firstFit(one, read), refusals)) };
}

interface Read {
  readonly value: unknown;
  readonly findings: readonly Finding[];
}

/** What a text means to the kernel: a number, a list, true or false, or just text. */
function firstFit(text: string, read: (raw: unknown) => Read): Read {
  const all = meaningsOf(text).map(read);
  return all.find(({ findings }) => findings.length === 0) ?? all[0]!;
}

function meaningsOf(text: string): unknown[] {
  try {
    return [JSON.parse(text), text];
  } catch {
    return [text];
  }
}

function parsed(stage: Stage, parameter: string, raw: unknown, catalogue: KernelCatalogue): Read {
  const findings: Finding[] = [];
  if (parameter === "implementation")
    return { value: parseValue(STAGE.implementation, raw, [parameter], findings), findings };
  const given = { ...stage.params, [parameter]: raw };
  const params = kernelParams(catalogue.get(stage.kernel)!, given, [], findings);
  return { value: params?.[parameter], findings };
}

function kept({ value, findings }: Read, refusals: Refusal[]): unknown[] {
  if (findings.length === 0) return [value];
  for (const { path, value: wrong, message, allowed } of findings) {
    // A parameter that only goes without another one is told with its name, or the whole stage.
    const where = path.length <= 1 ? message : `${pathText(path)}: ${message}`;
    refusals.push({ value: String(wrong), message: where, allowed: allowed ?? "another value" });
  }
  return [];
}
