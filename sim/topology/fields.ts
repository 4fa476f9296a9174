import type { core, ZodType, z } from "zod";
import { allowedText, findingsOf, unknownKey } from "./issues.ts";
import { type Finding, type Path, valueText } from "./problem.ts";

type Shape = Readonly<Record<string, ZodType>>;
type Values<S extends Shape> = { readonly [K in keyof S]?: z.output<S[K]> };

/**
 * Parses a value; `undefined` with findings if it is not what the schema wants.
 * @param keys What an unknown key of the value is compared with.
 */
export function parseValue<T>(
  schema: ZodType<T>,
  raw: unknown,
  path: Path,
  findings: Finding[],
  keys?: readonly string[],
): T | undefined {
  const result = schema.safeParse(raw, { error: allowedText, reportInput: true });
  if (result.success) return result.data;
  findings.push(...findingsOf(result.error.issues as core.$ZodIssue[], path, keys));
  return undefined;
}

/** The mapping that a raw value is, or `null` with a finding. */
export function mapping(raw: unknown, path: Path, findings: Finding[]): Readonly<Record<string, unknown>> | null {
  if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) return raw as Record<string, unknown>;
  const message = raw === undefined || raw === null ? "is missing" : `${valueText(raw)} is not allowed`;
  findings.push({ path, value: raw, message, allowed: "a mapping (key: value)" });
  return null;
}

/** The entries of a mapping that must have some; none with a finding. */
export function entries(raw: unknown, path: Path, findings: Finding[]): [string, unknown][] {
  const given = mapping(raw, path, findings);
  if (given === null) return [];
  const all = Object.entries(given);
  if (all.length === 0) findings.push({ path, value: raw, message: "is empty", allowed: "at least one" });
  return all;
}

/** The elements of a list; none with a finding if it is no list. */
export function elements(raw: unknown, path: Path, findings: Finding[]): readonly unknown[] {
  if (Array.isArray(raw)) return raw;
  const message = raw === undefined || raw === null ? "is missing" : `${valueText(raw)} is not allowed`;
  findings.push({ path, value: raw, message, allowed: "a list" });
  return [];
}

/**
 * Parses a mapping key by key, so that one wrong value does not hide what is wrong with the others: wrong ones are left out
 * of the result and found. Keys that the shape lacks are found too, unless `open`.
 */
export function parseFields<S extends Shape>(
  shape: S,
  raw: unknown,
  path: Path,
  findings: Finding[],
  { open = false } = {},
): Values<S> {
  const given = mapping(raw, path, findings);
  if (given === null) return {};
  const keys = Object.keys(shape);
  if (!open) {
    const unknown = Object.keys(given).filter((key) => !keys.includes(key));
    findings.push(...unknown.map((key) => unknownKey([...path, key], keys)));
  }
  const values: Record<string, unknown> = {};
  for (const key of keys) {
    const value = parseValue(shape[key]!, given[key], [...path, key], findings);
    if (value !== undefined) values[key] = value;
  }
  return values as Values<S>;
}
