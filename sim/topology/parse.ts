import { LineCounter, parseDocument, visit, type YAMLError } from "yaml";
import { deepFreeze } from "../freeze.ts";
import type { KernelCatalogue } from "./catalogue.ts";
import { check } from "./check.ts";
import { draftOf } from "./draft.ts";
import { withoutMisspelt } from "./issues.ts";
import { offsetOf } from "./position.ts";
import { type Finding, type Problem, pathText, TopologyError } from "./problem.ts";
import type { Topology } from "./topology.ts";
import { loadUnits } from "./units.ts";

/**
 * Parses and checks a topology file. The result is frozen deeply.
 *
 * @param text Content of the file: YAML 1.2.
 * @param fileName For error messages only.
 * @throws TopologyError with every problem, in the order of their lines.
 */
export async function parseTopology(text: string, fileName: string, catalogue: KernelCatalogue): Promise<Topology> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problemAt = (offset: number | null, finding: Finding): Problem => {
    const place = offset === null ? null : lines.linePos(offset);
    const { path, value, message, allowed } = finding;
    return {
      file: fileName,
      line: place?.line ?? null,
      column: place?.col ?? null,
      path: pathText(path),
      value,
      message,
      allowed,
    };
  };
  const whole = (message: string): Finding => ({ path: [], value: null, message, allowed: null });

  const problems = [...document.errors, ...document.warnings].map((error) =>
    problemAt(error.pos[0], whole(`not valid YAML: ${reasonOf(error, text)}`)),
  );
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      problems.push(
        problemAt(alias.range?.[0] ?? null, whole(`not valid YAML: there is no anchor &${alias.source} before`)),
      );
    },
  });
  // After a duplicate key the rest can be read; after anything else it can't be trusted.
  if (problems.length > document.errors.filter(({ code }) => code === "DUPLICATE_KEY").length)
    throw new TopologyError(problems);
  if (document.contents === null) throw new TopologyError([problemAt(null, whole("the file is empty"))]);

  const findings: Finding[] = [];
  const content = contentOf(document, findings);
  const draft = findings.length > 0 ? null : draftOf(content, catalogue, await loadUnits(), findings);
  if (draft !== null) findings.push(...check(draft, catalogue));
  problems.push(...withoutMisspelt(findings).map((finding) => problemAt(offsetOf(document, finding), finding)));
  if (problems.length > 0) throw new TopologyError(problems.toSorted(byPlace));
  // Nothing was found, so nothing is missing.
  return deepFreeze(draft as Topology);
}

/** What is wrong, in words of the file and not of the YAML library. */
function reasonOf({ code, message, pos }: YAMLError, text: string): string {
  if (code === "MULTIPLE_DOCS") return "a second document begins here, a file holds one topology";
  if (code !== "DUPLICATE_KEY") return message;
  const key = /^("[^"]*"|'[^']*'|[^\s:]+)/.exec(text.slice(pos[0]))?.[0] ?? "key";
  return `${key} is already there`;
}

/** The document as plain values. That fails if its aliases expand to too much. */
function contentOf(document: ReturnType<typeof parseDocument>, findings: Finding[]): unknown {
  try {
    return document.toJS();
  } catch (error) {
    const message = `not valid YAML: ${error instanceof Error ? error.message : error}`;
    findings.push({ path: [], value: null, message, allowed: null });
    return undefined;
  }
}

function byPlace(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
