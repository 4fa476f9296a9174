import { labelWithin, sizeLabel } from "../compare/label.ts";
import type { Wish } from "../place/objective.ts";
import type { PlaceResult, RankedPlacement } from "../place/result.ts";
import { type Difference, NEGLIGIBLE } from "../place/select.ts";
import { type Column, tableLines, wrap } from "./columns.ts";
import { formatBottleneck, formatRate, formatSeconds, formatShare } from "./format.ts";

/** What the search for a placement found, for a terminal of 80 columns, one section a size. */
export function placeTable(results: readonly PlaceResult[]): string {
  return `${results.map((result) => section(result).join("\n")).join("\n\n")}\n`;
}

function section(result: PlaceResult): string[] {
  const { wish, ranked, placements, simulated } = result;
  const all = `${placements} placement${placements === 1 ? "" : "s"}`;
  const title = `${sizeLabel(result.size)}: ${wishText(wish)}; ${all}, ${simulated} simulated`;
  if (ranked.length === 0) {
    return [...wrap(title), ...wrap(noneText(result)), ...frontLines(result)];
  }
  const priced = pricing(result);
  const columns: Column[] = [
    { title: "placement", width: priced === null ? 24 : 20, align: "left" },
    { title: "thrput.", width: 8, align: "right" },
    { title: "p50", width: 7, align: "right" },
    { title: "p95", width: 7, align: "right" },
    ...(priced === null ? [] : [{ title: priced.title, width: 9, align: "right" } as const]),
    { title: "limited by", width: priced === null ? 16 : 10, align: "left" },
    { title: "worse by", width: 13, align: "right" },
  ];
  const rows = ranked.map((one) => [
    labelWithin(one, columns[0]!.width),
    formatRate(one.throughput.mean),
    formatSeconds(one.latency.p50.mean),
    formatSeconds(one.latency.p95.mean),
    ...(priced === null ? [] : [priced.text(one)]),
    formatBottleneck(one.bottleneck),
    worseBy(one, wish),
  ]);
  return [
    ...wrap(title),
    ...tableLines(columns, rows),
    ...wrap(bestText(result)),
    ...wrap(confidenceText(result)),
    ...summedText(ranked),
    ...frontLines(result),
  ];
}

function noneText({ simulated, others, exact }: PlaceResult): string {
  if (others !== null)
    return `none of the ${simulated} that were simulated does that; others were not that by their bounds may (${remedy(exact)})`;
  return `no placement does that, ${simulated === 0 ? "by the bounds of all" : `by bounds or by simulation (${simulated})`}`;
}

const WISHES = {
  throughput: "most throughput",
  latency: "least latency",
  energy: "least energy per frame",
  cost: "least cost per frame",
} as const;

function wishText({ objective, rate, latencyBound }: Wish): string {
  const loads = { throughput: "saturated", latency: "of an empty line", energy: "saturated", cost: "saturated" };
  const load = rate === null ? loads[objective] : `at ${formatRate(rate)}`;
  const bound = latencyBound === null ? "" : `, p95 at most ${formatSeconds(latencyBound)}`;
  return `${WISHES[objective]}, ${load}${bound}`;
}

/** A column of its own has what the nodes' power or prices make of a frame. */
function pricing({ wish, ranked }: PlaceResult): { title: string; text: (one: RankedPlacement) => string } | null {
  const [{ energy, cost }] = ranked as [RankedPlacement];
  if (cost !== null && (wish.objective === "cost" || energy === null))
    return { title: "1M frames", text: (one) => (one.cost!.mean * 1e6).toPrecision(3) };
  if (energy !== null) return { title: "energy", text: (one) => energyText(one.energy!.mean) };
  return null;
}

function energyText(joules: number): string {
  return joules < 1 ? `${(joules * 1e3).toPrecision(3)} mJ` : `${joules.toPrecision(3)} J`;
}

function worseBy({ verdict, difference }: RankedPlacement, { objective }: Wish): string {
  if (difference === null) return "best";
  const { share, within } = objective === "throughput" ? ofRate(difference) : difference;
  // The best costs nothing.
  if (share === Number.POSITIVE_INFINITY) return "∞";
  return verdict === "tie"
    ? `tie ±${formatShare(within)}`
    : `${formatShare(share).replace(" %", "")} ±${formatShare(within)}`;
}

/** Of frames per second, not of seconds per frame. */
function ofRate({ share, within }: Difference): Difference {
  return { share: share / (1 + share), within: within / (1 + share) ** 2 };
}

function bestText({ ranked, wish }: PlaceResult): string {
  const [best] = ranked as [RankedPlacement];
  const pods = best.pods.map(({ node, stages }) => `${stages.join(" ")} (${node})`).join(" | ");
  const figures = {
    throughput: `${formatRate(best.throughput.mean)}`,
    latency: `${formatSeconds(best.latency.mean.mean)} on average`,
    energy: `${energyText(best.energy?.mean ?? Number.NaN)} a frame`,
    cost: `${((best.cost?.mean ?? Number.NaN) * 1e6).toPrecision(3)} per million frames`,
  };
  const drops = best.dropped === undefined ? "" : `; its source drops ${formatShare(best.dropped.mean)} of the frames`;
  return `best: ${pods}, with ${figures[wish.objective]}${drops}`;
}

function confidenceText(result: PlaceResult): string {
  const { ranked, simulated, unable, sure, indifference } = result;
  const [best, ...rest] = ranked as [RankedPlacement, ...RankedPlacement[]];
  const ties = rest.filter(({ verdict }) => verdict === "tie").map((one) => labelWithin(one, 40));
  const able = simulated - unable;
  const zone = formatShare(indifference).replace(".0", "");
  const chosen =
    able === 1
      ? "the only one that does what is wished of those simulated"
      : sure
        ? `with 95 % confidence none of the ${able} is better by more than ${zone}`
        : `${best.replications} replications did not suffice to tell which is the best within ${zone}`;
  const tied = ties.length === 0 ? "" : `; not told apart from it: ${ties.join(", ")}`;
  const beyond = boundText(result, best);
  return `${chosen}${tied}${beyond === null ? "" : `; ${beyond}`}`;
}

/** What is known of placements that were not simulated. */
function boundText({ others, exact, wish: { objective } }: PlaceResult, best: RankedPlacement): string | null {
  if (others === null) return null;
  const reached = {
    throughput: 1 / best.throughput.mean,
    latency: best.latency.mean.mean,
    energy: best.energy?.mean ?? Number.NaN,
    cost: best.cost?.mean ?? Number.NaN,
  }[objective];
  const ahead = objective === "throughput" ? reached / others - 1 : 1 - others / reached;
  if (!(ahead > NEGLIGIBLE)) return "by their bounds no others can be";
  return `others were not simulated that by their bounds may be better by up to ${formatShare(ahead)} (${remedy(exact)})`;
}

/** What would tell more. */
function remedy(exact: boolean): string {
  return exact ? "more --finalists" : "there are too many to look at all: --pin, --splits or --groupings leave fewer";
}

function summedText(ranked: readonly RankedPlacement[]): string[] {
  const pods = [...new Set(ranked.flatMap(({ summed }) => summed))];
  if (pods.length === 0) return [];
  const few = pods.length > 3 ? `${pods.slice(0, 3).join(", ")} and ${pods.length - 3} others` : pods.join(", ");
  return wrap(
    `pods whose stages were not measured together, so that their costs are added up, a little too high: ${few}`,
  );
}

const FRONT: readonly Column[] = [
  { title: "placement", width: 40, align: "left" },
  { title: "latency, empty line", width: 19, align: "right" },
  { title: "thrput., saturated", width: 18, align: "right" },
];

function frontLines({ front, frontExact }: PlaceResult): string[] {
  if (front === undefined) return [];
  const rows = front.map((one) => [
    labelWithin(one, FRONT[0]!.width),
    formatSeconds(one.latency.mean),
    formatRate(one.throughput.mean),
  ]);
  return [
    "",
    "Pareto front: the least latency for each throughput by bounds, then simulated",
    ...(rows.length === 0 ? ["none of them does what is wished"] : tableLines(FRONT, rows)),
    ...(frontExact ? [] : wrap("others may be better: not all placements were looked at, or not all points are shown")),
  ];
}
