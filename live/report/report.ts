import { findingsOf } from "../../sim/compare/findings.ts";
import type { Comparison } from "../../sim/comparison.ts";
import { type DrawnPicture, type RunInfo, reportHtml } from "../../sim/report/html.ts";
import { picturesOf } from "../../sim/report/pictures.ts";
import { renderSvg } from "./vega.ts";

/** The report of a comparison: text of one self-contained HTML page. Takes a second or two, for the pictures. */
export async function renderReport(comparison: Comparison, run: RunInfo): Promise<string> {
  const pictures: DrawnPicture[] = [];
  // One after the other: drawing is compute, more at once gains nothing.
  for (const picture of picturesOf(comparison)) pictures.push({ ...picture, svg: await renderSvg(picture.spec) });
  return reportHtml({ comparison, findings: findingsOf(comparison), run, pictures });
}
