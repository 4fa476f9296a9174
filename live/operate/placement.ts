import { isDeepStrictEqual } from "node:util";
import type { Plan } from "../../sim/plan.ts";
import type { PodSpec } from "../clusters/cluster.ts";

/** A placement's pods beside others: which of these stay, and which are new. */
export interface Succession {
  /** All of the placement, with the names that they have or get. */
  readonly pods: readonly PodSpec[];
  /** The first so many of them are there already. */
  readonly kept: number;
}

/**
 * How a placement's pods follow those that run now. A pod that would be the same as the one in its place, with the same pods before
 * it, stays: the source's above all, as a camera can't be opened twice. The others get names that nobody has.
 * @param current source first; @param wanted with the plan's names; @param taken names that were given so far.
 */
export function succession(
  current: readonly PodSpec[],
  wanted: readonly PodSpec[],
  taken: ReadonlySet<string>,
): Succession {
  let kept = 0;
  while (kept < wanted.length && kept < current.length && isSame(current[kept]!, wanted[kept]!)) kept++;
  const used = new Set(taken);
  const pods: PodSpec[] = current.slice(0, kept);
  for (const pod of wanted.slice(kept)) {
    const name = free(pod.name, used);
    used.add(name);
    pods.push({ ...pod, name, upstream: pods.length === 0 ? null : { pod: pods.at(-1)!.name } });
  }
  return { pods, kept };
}

/**
 * Whether pods do the same. What pods before them are called is not their business, and nor is the pace of an emulated node: a pod that
 * stays keeps the one that it was given, which differs a little by what it sends its frames over.
 */
function isSame(one: PodSpec, other: PodSpec): boolean {
  const { name: _, upstream: __, emulate: ___, ...here } = one;
  const { name: ____, upstream: _____, emulate: ______, ...there } = other;
  return isDeepStrictEqual(here, there);
}

/** `conv`, `conv-2`, `conv-3`, ... */
function free(name: string, used: ReadonlySet<string>): string {
  if (!used.has(name)) return name;
  for (let i = 2; ; i++) if (!used.has(`${name}-${i}`)) return `${name}-${i}`;
}

/** `EESS 1+3`: where a pipeline is, and in which pods. */
export function placeOf({ split, pods }: Plan): string {
  return `${split} ${pods.map(({ stages }) => stages.length).join("+")}`;
}
