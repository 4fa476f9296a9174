import type { Finding } from "../compare/finding.ts";
import { wrap } from "./columns.ts";

const VERDICT = { true: "holds", false: "does not hold here", null: "not covered" } as const;

/** Findings with their evidence, for a terminal of 80 columns. */
export function findingsText(findings: readonly Finding[]): string {
  return findings
    .filter(({ holds }) => holds !== null)
    .flatMap(({ id, statement, holds, evidence, why }) => [
      ...wrap(`${id} ${VERDICT[`${holds}`]}: ${statement}`),
      ...wrap(`  ${evidence}${why === undefined ? "" : ` ${why}`}`),
    ])
    .join("\n");
}
