import { type Plan, type Variant, variantOf } from "../plan.ts";
import { truncate } from "../report/columns.ts";
import { sizeText } from "../topology/size.ts";

/** The parts of an outcome that tell plans of one size and load apart. */
export interface Placement extends Variant {
  readonly split: string;
  readonly grouping: string;
}

export function placementOf(plan: Plan): Placement {
  return { split: plan.split, grouping: groupingOf(plan), ...variantOf(plan) };
}

const MONOLITH = "monolith@";

/** Stages per pod, `1+1+2`. */
export function groupingOf(plan: Plan): string {
  return plan.pods.map((pod) => pod.stages.length).join("+");
}

export function isMonolith({ split }: Pick<Placement, "split">): boolean {
  return split.startsWith(MONOLITH);
}

/** The plan gives each stage a pod of its own. */
export function isOnePodPerStage({ grouping }: Pick<Placement, "grouping">): boolean {
  return /^1(\+1)*$/.test(grouping);
}

/** Name of a plan in tables and pictures: `EESS`, `monolith@E`, `EESS 2+2` where stages share pods, `EESS zstd`, `EESS w1`. */
export function labelOf(placement: Placement): string {
  return labelWithin(placement, Number.POSITIVE_INFINITY);
}

/** The same in so many characters at most: of two plans that differ in their variant, that is what stays. */
export function labelWithin(placement: Placement, width: number): string {
  const { split, grouping } = placement;
  const label = isMonolith(placement) || isOnePodPerStage(placement) ? split : `${split} ${grouping}`;
  const variant = variantText(placement);
  if (variant === "") return truncate(label, width);
  return `${truncate(label, width - variant.length - 1)} ${variant}`;
}

/** `zstd`, `w1`, `zstd w1`; nothing where frames go as they are and pods compute in their own thread. */
export function variantText({ compression, workers }: Variant): string {
  return [compression === "none" ? [] : compression, workers === 0 ? [] : `w${workers}`].flat().join(" ");
}

/** The letter of the node that holds every stage, or `null` if they are spread. */
export function onlyLetter({ split }: Pick<Placement, "split">): string | null {
  const letters = split.startsWith(MONOLITH) ? split.slice(MONOLITH.length) : split;
  const first = letters[0];
  return first !== undefined && [...letters].every((letter) => letter === first) ? first : null;
}

/** `1280x720`: width x height in pixels, as `--sizes` has it. */
export function sizeLabel([height, width]: readonly [height: number, width: number]): string {
  return sizeText({ height, width });
}

/** Distinct sizes, fewest pixels first. */
export function sizesOf(items: readonly { readonly size: readonly [number, number] }[]): (readonly [number, number])[] {
  const sizes = new Map(items.map(({ size }) => [sizeLabel(size), size]));
  return [...sizes.values()].sort((a, b) => a[0] * a[1] - b[0] * b[1] || a[0] - b[0]);
}

export function sameSize(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/**
 * The label of the lightest offered load: lowest mean rate among those that are not saturated; `null` if there is none.
 * Fractions of capacity are rates that differ from plan to plan, hence the mean.
 */
export function lightestLoad(items: readonly { readonly load: string; readonly rate: number | null }[]): string | null {
  const rates = new Map<string, number[]>();
  for (const { load, rate } of items) {
    if (rate !== null) rates.set(load, [...(rates.get(load) ?? []), rate]);
  }
  const means = [...rates].map(([load, all]) => ({
    load,
    mean: all.reduce((sum, rate) => sum + rate, 0) / all.length,
  }));
  means.sort((a, b) => a.mean - b.mean);
  return means[0]?.load ?? null;
}
