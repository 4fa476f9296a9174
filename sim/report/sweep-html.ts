import { labelOf } from "../compare/label.ts";
import { mean } from "../statistics/moments.ts";
import { valueText } from "../sweep/axis.ts";
import { endText, type Flip, type Outcome } from "../sweep/flips.ts";
import { coordinatesOf } from "../sweep/sweep.ts";
import { escapeHtml, scriptJson } from "./escape.ts";
import { formatBottleneck, formatShare, formatSigned } from "./format.ts";
import type { DrawnPicture, RunInfo } from "./html.ts";
import { STYLE } from "./style.ts";
import { figureTitle, formatFigure, relative, whereText } from "./sweep-table.ts";

export interface SweepPage {
  readonly outcome: Outcome;
  readonly flips: readonly Flip[];
  readonly run: RunInfo;
  readonly pictures: readonly DrawnPicture[];
}

/** Points in the page's table; more are in the CSV file. */
const MOST_ROWS = 500;

/** A sweep as one HTML page that needs nothing else: pictures as inline SVG, flips and the best split of every point as tables. */
export function sweepHtml({ outcome, flips, run, pictures }: SweepPage): string {
  const { sweep, decisions, figure } = outcome;
  const title = `edgetwin sweep: ${sweep.base.name}`;
  const swept = sweep.axes.map(({ key, values }) => `${key} (${values.length})`).join(", ");
  const doubtful = decisions.filter(({ rivals }) => rivals.length > 0).length;
  const candidates = outcome.units.get(0)?.length ?? 0;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${candidates} splits and groupings at ${decisions.length} points of ${escapeHtml(swept)}, ${sweep.replications} replications of ${sweep.base.workload.frames} frames each, by ${escapeHtml(figure)}.
${doubtful === 0 ? "The best is beyond doubt at every point." : `At ${doubtful} of ${decisions.length} points the best can't be told apart from the second.`}</p>
${pictures.map(drawn).join("\n")}
<section id="flips">
<h2>Where the best split changes</h2>
${flipRows(outcome, flips)}
</section>
<section id="points">
<h2>Best split at every point</h2>
${pointRows(outcome)}
</section>
<section id="reproduce">
<h2>How to reproduce</h2>
<pre><code>${run.commands.map(escapeHtml).join("\n")}</code></pre>
<p>edgetwin ${escapeHtml(run.version)}</p>
<ul>${run.machine.map((line) => `<li>${escapeHtml(line)}</li>`).join("")}</ul>
</section>
</main>
</body>
</html>
`;
}

function drawn({ id, title, caption, spec, svg }: DrawnPicture): string {
  return `<figure id="${escapeHtml(id)}">
<h2>${escapeHtml(title)}</h2>
<div class="scroll">${svg}</div>
<figcaption>${escapeHtml(caption)}</figcaption>
<script type="application/json" data-spec="${escapeHtml(id)}">${scriptJson(spec)}</script>
</figure>`;
}

function flipRows({ sweep }: Outcome, flips: readonly Flip[]): string {
  if (flips.length === 0) return "<p>Nowhere: it is the same at every point.</p>";
  const rows = flips.map((flip) => {
    const axis = sweep.axes.find(({ key }) => key === flip.axis)!;
    const interval =
      flip.interval === null
        ? "not refined: sizes between were not measured"
        : flip.interval.map((end, i) => endText(axis, end, i === 0 ? "below" : "beyond")).join(" to ");
    return [flip.axis, whereText(flip), `${flip.from} → ${flip.to}`, flip.text, interval];
  });
  return tableOf(["along", "at", "best split", "flips at", "95 % interval"], rows);
}

function pointRows({ sweep, decisions, figure }: Outcome): string {
  const rows = decisions.slice(0, MOST_ROWS).map(({ point, best, second, lead, rivals }) => {
    const coordinates = coordinatesOf(sweep, point);
    const value = mean(best.samples[figure]);
    const share = lead && relative(lead, value);
    return [
      ...sweep.axes.map((axis, i) => valueText(axis, coordinates[i]!)),
      labelOf(best),
      formatFigure(figure, value),
      second === null ? "" : labelOf(second),
      share === null ? "" : formatSigned(share.mean),
      share === null ? "" : share.interval.map(formatShare).join(" to "),
      rivals.map(labelOf).join(", "),
      formatBottleneck(best.bottleneck),
    ];
  });
  const head = [
    ...sweep.axes.map(({ key }) => key),
    ...["best", figureTitle(figure), "second", "ahead", "95 % interval", "not told apart from", "limited by"],
  ];
  const rest = decisions.length - rows.length;
  return `${tableOf(head, rows)}${rest > 0 ? `<p class="note">${rest} more in results.csv.</p>` : ""}`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (texts: readonly string[], tag: "td" | "th") =>
    `<tr>${texts.map((text) => `<${tag}>${escapeHtml(text)}</${tag}>`).join("")}</tr>`;
  return `<div class="scroll"><table><thead>${cells(head, "th")}</thead><tbody>${rows.map((row) => cells(row, "td")).join("\n")}</tbody></table></div>`;
}
