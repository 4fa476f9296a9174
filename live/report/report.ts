import { findingsOf } from "../../sim/compare/findings.ts";
import type { Comparison } from "../../sim/comparison.ts";
import { reportHtml } from "../../sim/report/html.ts";
import type { RunInfo } from "../../sim/report/page.ts";
import { picturesOf } from "../../sim/report/pictures.ts";
import { drawn } from "./vega.ts";

/** The report of a comparison: text of one self-contained HTML page. Takes a second or two, for the pictures. */
export async function renderReport(comparison: Comparison, run: RunInfo): Promise<string> {
  const pictures = await drawn(picturesOf(comparison));
  return reportHtml({ comparison, findings: findingsOf(comparison), run, pictures });
}
