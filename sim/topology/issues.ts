import type { core } from "zod";
import { closest } from "./closest.ts";
import { type Finding, oneOf, type Path, pathText, valueText } from "./problem.ts";

/**
 * zod's `error` parameter: says what is allowed, where a schema does not say it itself. With it, the message of every issue
 * is the text of a finding's `allowed`.
 */
export function allowedText(issue: core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPE_NAMES[issue.expected] ?? issue.expected;
    case "invalid_value":
      return oneOf(issue.values.map(String), closest(String(issue.input), issue.values.map(String)));
    case "too_small":
      return bound(issue.origin, issue.inclusive === false ? ">" : ">=", issue.minimum);
    case "too_big":
      return bound(issue.origin, issue.inclusive === false ? "<" : "<=", issue.maximum);
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "invalid_format":
      return issue.pattern === undefined ? `text in the format ${issue.format}` : `text that matches ${issue.pattern}`;
    case "invalid_union":
      return [...new Set(issue.errors.flat().map((one) => one.message))].join(", or ") || "another value";
    default:
      return "another value";
  }
}

/** Findings of zod's issues about a value at a path; `keys` are the keys that an unknown one is compared with. */
export function findingsOf(issues: readonly core.$ZodIssue[], root: Path, keys: readonly string[] = []): Finding[] {
  return issues.flatMap((issue): Finding[] => {
    const path = [...root, ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownKey([...path, key], issue.path.length === 0 ? keys : []));
    }
    const value = issue.input;
    const message = value === undefined || value === null ? "is missing" : `${valueText(value)} is not allowed`;
    return [{ path, value, message, allowed: issue.message }];
  });
}

/** The finding of a key that a mapping does not have. */
export function unknownKey(path: Path, keys: readonly string[]): Finding {
  const key = String(path.at(-1));
  const likely = closest(key, keys);
  const finding = { path, key: true, value: key, message: "is not a key" } as const;
  if (likely === null) return { ...finding, allowed: keys.length === 0 ? null : oneOf(keys) };
  return { ...finding, allowed: oneOf(keys, likely), likely: [...path.slice(0, -1), likely] };
}

/** Leaves out keys that are missing because they are misspelt, which is another finding. */
export function withoutMisspelt(findings: readonly Finding[]): Finding[] {
  const likely = new Set(findings.map((finding) => finding.likely && pathText(finding.likely)));
  return findings.filter(({ path, value }) => value !== undefined || !likely.has(pathText(path)));
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "an integer",
  boolean: "true or false",
  array: "a list",
  object: "a mapping (key: value)",
  record: "a mapping (key: value)",
};

function bound(origin: string, relation: string, limit: number | bigint): string {
  if (origin === "string") return `text of length ${relation} ${limit}`;
  if (origin === "array") return `a list of length ${relation} ${limit}`;
  return `${origin === "int" ? "an integer" : "a number"} ${relation} ${limit}`;
}
