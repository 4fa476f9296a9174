import type { Finding } from "../compare/finding.ts";
import { labelOf, sizeLabel } from "../compare/label.ts";
import type { Comparison, PlanComparison } from "../comparison.ts";
import type { Dropped } from "../summary.ts";
import { comparedDrops } from "./drops-table.ts";
import { escapeHtml } from "./escape.ts";
import { explain, planName } from "./explain.ts";
import { formatBottleneck, formatRate, formatRatio, formatSeconds, formatShare, formatSigned } from "./format.ts";
import { inOrder } from "./layout.ts";
import { type DrawnPicture, dateText, list, pageHtml, type RunInfo, type Section } from "./page.ts";
import { timeText } from "./recovery-table.ts";

export interface ReportInput {
  readonly comparison: Comparison;
  readonly findings: readonly Finding[];
  readonly run: RunInfo;
  readonly pictures: readonly DrawnPicture[];
}

/** The report of a comparison as one HTML page that needs nothing else. */
export function reportHtml({ comparison, findings, run, pictures }: ReportInput): string {
  const emulated = list(comparison.emulated, "Nothing: the nodes and links are those of the topology.");
  return pageHtml({
    title: `edgetwin: ${comparison.name}`,
    lead: headline(comparison),
    pictures,
    sections: [
      { id: "figures", title: "Figures", html: table(comparison) },
      ...drops(comparison),
      ...recoveries(comparison),
      { id: "misses", title: "Out of tolerance", html: misses(comparison) },
      { id: "findings", title: "Findings", html: findingsList(findings) },
      { id: "emulated", title: "What was emulated", html: emulated },
    ],
    run,
  });
}

function headline({ plans, decision, decisions, tolerance, created }: Comparison): string {
  const sizes = decisions.map(({ size }) => sizeLabel(size)).join(", ");
  const largest = sizeLabel(decisions.at(-1)!.size);
  const within = plans.filter((plan) => plan.within).length;
  const worst = (of: (plan: PlanComparison) => number) =>
    plans.reduce((most, plan) => (Math.abs(of(plan)) > Math.abs(of(most)) ? plan : most));
  const throughput = worst((plan) => plan.error.throughput);
  const p50 = worst((plan) => plan.error.latency.p50);
  const repeats = plans.map((plan) => plan.measured.repeats);
  const [least, most] = [Math.min(...repeats), Math.max(...repeats)];
  const picked = decision.predicted === decision.measured;
  return `<p class="lead">${plans.length} plans at ${escapeHtml(sizes)}, measured ${
    most === 1 ? "once" : least < most ? `${least} to ${most} times` : `${most} times each`
  } and predicted; ${escapeHtml(dateText(created))}.</p>
<dl class="headline">
<div><dt>Best split at ${escapeHtml(largest)}, by ${decision.objective}</dt>
<dd>${escapeHtml(decision.measured)}${picked ? " <small>as predicted</small>" : ` <small>(predicted ${escapeHtml(decision.predicted)})</small>`}</dd>
<dd class="note">regret ${formatShare(decision.regret)}${
    decision.kendall === null ? "" : `, rank agreement (Kendall) ${formatRatio(decision.kendall)}`
  }</dd></div>
<div><dt>Within tolerance</dt><dd>${within} of ${plans.length}</dd>
<dd class="note">throughput ${formatShare(tolerance.throughput)}, p50 ${formatShare(tolerance.p50)}</dd></div>
<div><dt>Worst throughput</dt><dd>${formatSigned(throughput.error.throughput)}</dd>
<dd class="note">${escapeHtml(planName(throughput))}</dd></div>
<div><dt>Worst p50</dt><dd>${formatSigned(p50.error.latency.p50)}</dd>
<dd class="note">${escapeHtml(planName(p50))}</dd></div>
</dl>`;
}

const TABLE_HEAD = `<thead><tr><th rowspan="2">split</th><th rowspan="2" class="n">pods</th><th rowspan="2">load</th>
<th colspan="3">throughput</th><th colspan="3">p50</th><th colspan="3">p99</th><th rowspan="2">bottleneck (twin)</th></tr>
<tr>${'<th class="n">measured</th><th class="n">predicted</th><th class="n">error</th>'.repeat(3)}</tr></thead>`;

function table({ plans, decisions }: Comparison): string {
  const bodies = decisions.map(({ size, predicted, measured, regret, withinShare }) => {
    const name = sizeLabel(size);
    const rows = inOrder(plans.filter((plan) => sizeLabel(plan.size) === name)).map(row);
    const summary = `${name}: best split ${measured}, predicted ${predicted}, regret ${formatShare(regret)}; ${formatShare(withinShare)} of the splits within tolerance`;
    return `<tbody><tr class="size"><th colspan="13" scope="rowgroup">${escapeHtml(summary)}</th></tr>\n${rows.join("\n")}</tbody>`;
  });
  return `<div class="scroll"><table>${TABLE_HEAD}\n${bodies.join("\n")}</table></div>
<p class="note">Rows in bold colour are out of tolerance.</p>`;
}

function row(plan: PlanComparison): string {
  const { measured, predicted, error, saturation } = plan;
  const cells = [
    formatRate(measured.throughput),
    formatRate(predicted.throughput),
    formatSigned(error.throughput),
    ...(["p50", "p99"] as const).flatMap((key) => [
      formatSeconds(measured.latency[key]),
      formatSeconds(predicted.latency[key]),
      formatSigned(error.latency[key]),
    ]),
  ];
  const limit = formatBottleneck(predicted.bottleneck);
  const load = saturation === "overloaded" ? `${plan.load} (overloaded)` : plan.load;
  return `<tr${plan.within ? "" : ' class="miss"'}><th scope="row">${escapeHtml(labelOf(plan))}</th><td class="n">${plan.pods}</td><td>${escapeHtml(load)}</td>${cells
    .map((cell) => `<td class="n">${escapeHtml(cell)}</td>`)
    .join("")}<td class="long" title="${escapeHtml(limit)}">${escapeHtml(limit)}</td></tr>`;
}

function misses({ plans, tolerance }: Comparison): string {
  const out = plans.filter((plan) => !plan.within);
  if (out.length === 0) return "<p>No plan: every prediction is within tolerance.</p>";
  return inOrder(out)
    .map((plan) => `<p>${escapeHtml(explain(plan, tolerance))}</p>`)
    .join("\n");
}

/** What sources dropped, where one may. */
function drops(comparison: Comparison): readonly Section[] {
  const all = comparedDrops(comparison);
  if (all.length === 0) return [];
  const cells = (dropped: Dropped | null) =>
    (dropped === null ? ["-", "-"] : [String(Math.round(dropped.frames)), formatShare(dropped.share)])
      .map((cell) => `<td class="n">${cell}</td>`)
      .join("");
  const rows = all.map(
    (one) =>
      `<tr><th scope="row">${escapeHtml(labelOf(one))}</th><td>${sizeLabel(one.size)}</td><td>${escapeHtml(one.load)}</td>${cells(one.measured)}${cells(one.predicted)}</tr>`,
  );
  const head = `<thead><tr><th>split</th><th>size</th><th>load</th>${["measured", "predicted"].map((side) => `<th class="n">${side}</th><th class="n">share</th>`).join("")}</tr></thead>`;
  const html = `<p>Frames after warm-up that the source made and dropped, as it could not send them in time; all other figures are of those that it sent.</p>
<div class="scroll"><table>${head}\n<tbody>${rows.join("\n")}</tbody></table></div>`;
  return [{ id: "drops", title: "Dropped at the source", html }];
}

/** What disturbances did, where there were some. */
function recoveries({ plans }: Comparison): readonly Section[] {
  const rows = inOrder(plans).flatMap((plan) => {
    const [measured, predicted] = [plan.measured.recovery, plan.predicted.recovery];
    if (measured === undefined || predicted === undefined) return [];
    const both = [measured, predicted];
    const cells = [
      ...both.map(timeText),
      ...both.map(({ delayed }) => String(Math.round(delayed))),
      ...both.map(({ backlog }) => String(Math.round(backlog))),
    ].map((cell) => `<td class="n">${cell}</td>`);
    return [
      `<tr><th scope="row">${escapeHtml(labelOf(plan))}</th><td>${sizeLabel(plan.size)}</td><td>${escapeHtml(plan.load)}</td>${cells.join("")}</tr>`,
    ];
  });
  if (rows.length === 0) return [];
  const titles = ["recovery", "delayed", "backlog"].map(
    (title) => `<th class="n">${title}</th><th class="n">predicted</th>`,
  );
  const done = plans.flatMap((plan) => (plan.measured.happened ?? []).map((happened) => ({ plan, happened })));
  const items = done.map(
    ({ plan, happened }) =>
      `<li>${escapeHtml(`${planName(plan)}: ${happened.map(({ what, from, until }) => `${what}: ${from.toFixed(2)} s to ${until.toFixed(2)} s`).join("; ")}`)}</li>`,
  );
  const html = `<p>Recovery: from the end of the last disturbance until frames take at most 10 % longer than without it; delayed: frames that take longer than that; backlog: frames that are due and not delivered, at most.</p>
<div class="scroll"><table><thead><tr><th>split</th><th>size</th><th>load</th>${titles.join("")}</tr></thead>
<tbody>${rows.join("\n")}</tbody></table></div>
<p>What was really done, and when:</p><ul>${items.join("\n")}</ul>`;
  return [{ id: "recovery", title: "Recovery", html }];
}

const MARKS = {
  true: { text: "holds", className: "holds" },
  false: { text: "does not hold here", className: "fails" },
  null: { text: "not covered", className: "open" },
} as const;

function findingsList(findings: readonly Finding[]): string {
  const items = findings.map(({ id, statement, holds, evidence, why }) => {
    const mark = MARKS[`${holds}`];
    return `<li><p><b>${escapeHtml(id)}</b> ${escapeHtml(statement)} <span class="mark ${mark.className}">${mark.text}</span></p>
<p class="note">${escapeHtml(evidence)}${why === undefined ? "" : ` ${escapeHtml(why)}`}</p></li>`;
  });
  return `<ul class="findings">${items.join("\n")}</ul>`;
}
