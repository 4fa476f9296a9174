import { ELEMENTWISE } from "./elementwise.ts";
import { LAYOUT } from "./layout.ts";
import { MATRICES } from "./matrices.ts";
import type { Rule } from "./rule.ts";
import { WINDOWS } from "./windows.ts";

/** Operators whose shapes and operations are known, by their type; all of the standard domain. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries({ ...ELEMENTWISE, ...WINDOWS, ...MATRICES, ...LAYOUT }),
);
