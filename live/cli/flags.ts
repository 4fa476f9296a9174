import { InvalidArgumentError } from "commander";
import { SIZE_PATTERN } from "../../sim/topology/size.ts";

// One parser for each kind of value that a flag can have. What they throw says what is allowed; `wrong-input.ts` says the rest.

const SECONDS = { us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600 } as const;

/** Seconds. Not by mathjs, which takes longer to load than most verbs to run. */
export function time(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?(us|ms|s|min|h)$/.exec(text) ?? [];
  const seconds = Number(digits) * SECONDS[unit as keyof typeof SECONDS];
  if (!(seconds > 0)) throw new InvalidArgumentError("a time above 0 such as 50ms or 5min (units: us, ms, s, min, h)");
  return Number(seconds.toPrecision(15));
}

/** From 0 to 1. */
export function share(text: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?) ?(%?)$/.exec(text) ?? [];
  const value = Number(digits) / (percent === "%" ? 100 : 1);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError("a share such as 10% or 0.1, above 0 and at most 1");
  return value;
}

export function count(text: string): number {
  return integer(text, 1, 999_999);
}

/** Of a random stream. */
export function seed(text: string): number {
  return integer(text, 0, Number.MAX_SAFE_INTEGER);
}

function integer(text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw new InvalidArgumentError(`an integer from ${least} to ${most}`);
  return value;
}

/** Of a folder. */
export function folderName(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text)) {
    throw new InvalidArgumentError("letters, digits, '.', '_' and '-', beginning with a letter or digit");
  }
  return text;
}

/** Part `k` of `n`, from 1 on. */
export function shard(text: string): { readonly k: number; readonly n: number } {
  const [, k, n] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (k === undefined || n === undefined || !(k >= 1 && k <= n)) {
    throw new InvalidArgumentError("K/N with K from 1 to N, such as 3/8");
  }
  return { k, n };
}

/** Text of a frame's size. */
export function size(text: string): string {
  if (!SIZE_PATTERN.test(text)) throw new InvalidArgumentError("an edge length such as 224, or 1280x720");
  return text;
}

/** Of a flag that may be repeated. */
export function more(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Names of Kubernetes objects. */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export function namespaceName(text: string): string {
  if (!LABEL.test(text)) throw new InvalidArgumentError("at most 63 lower-case letters, digits and '-'");
  return text;
}

/** A flag by the name that it has as a property. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
