import type { Calibration } from "../calibration/calibration.ts";
import type { Doubt } from "../calibration/doubt.ts";
import { type CostKnowledge, isKnownEnough } from "../calibration/knowledge.ts";
import type { CostKind, CostName } from "../calibration/reading.ts";
import { bytesOf, describeShape, type FrameShape } from "../frame.ts";
import type { Profile, StallCost, Thread } from "../profile.ts";
import { mean } from "../statistics/moments.ts";
import { type Column, tableLines, wrap } from "./columns.ts";
import { doubtLines } from "./doubt-lines.ts";
import { formatSeconds, formatShare, formatSigned } from "./format.ts";

const THREADS: readonly Thread[] = ["busy", "idle", "cold"];
const COSTS: readonly Column[] = [
  { title: "of", width: 15, align: "left" },
  { title: "size", width: 11, align: "left" },
  ...THREADS.flatMap((title): Column[] => [
    { title, width: 8, align: "right" },
    { title: "±95%", width: 5, align: "right" },
  ]),
  { title: "n", width: 3, align: "right" },
  { title: "out", width: 3, align: "right" },
];
const COMPRESSIONS: readonly Column[] = [
  { title: "zstd of", width: 16, align: "left" },
  { title: "node", width: 10, align: "left" },
  { title: "frames", width: 21, align: "left" },
  { title: "left", width: 7, align: "right" },
];
/** Kinds of costs in the order of their sections. */
const TITLES: Readonly<Record<CostKind, string>> = {
  compute: "CPU time of kernels",
  receive: "CPU time to receive a message",
  send: "CPU time to send a message",
  handover: "until a message is handed over",
  loopback: "on the way over loopback",
  link: "on the way across the link",
  "link-receive": "CPU time to receive across the link",
  "link-send": "CPU time to send across the link",
  compress: "CPU time to compress",
  decompress: "CPU time to decompress",
  "wake-worker": "until a worker begins",
  "wake-messages": "until the pod's own thread has what a worker made",
  acknowledgement: "an acknowledgement over loopback",
  lateness: "a source starts late, by seconds between frames",
};

/** What a profile measured and how well, for a terminal of 80 columns; a row a cost. */
export function profileTable(profile: Profile, doubts: readonly Doubt[]): string {
  const { fingerprint, calibration } = profile;
  const sections = [
    ...Map.groupBy(calibration.costs, ({ name: { kind, nodes } }) => `${kind} ${nodes.join()}`).values(),
  ]
    .sort((a, b) => order(a[0]!.name) - order(b[0]!.name))
    .flatMap((costs) => section(profile, costs));
  const compressions = profile.compressions.map(({ stages, node, shape, bytes }) => [
    stages.at(-1)!,
    node,
    describeShape(shape),
    formatShare(mean(bytes) / bytesOf(shape)),
  ]);
  const links = profile.links.map(({ between, bandwidth, delay }) => {
    const rate = bandwidth === null ? "no limit seen" : `${((bandwidth * 8) / 1e6).toFixed(1)} Mbit/s of payload`;
    return `link ${between.join("-")}: ${rate}, ${formatSeconds(delay)} one way`;
  });
  return [
    ...wrap(`measured ${profile.created} on ${fingerprint.hostname}, ${fingerprint.cpu}, ${fingerprint.cores} cores`),
    ...wrap(
      "Costs per frame by what a thread did before; half-widths of 95 % intervals; n: passes, out: outliers, which count as no more than what just is none. Means; lower quartiles (q) where they are the pace of emulated nodes.",
    ),
    ...sections,
    ...(compressions.length === 0 ? [] : ["", "bytes left by compression", ...tableLines(COMPRESSIONS, compressions)]),
    "",
    ...links.flatMap((line) => wrap(line)),
    ...stallLines(profile.stalls),
    ...reachedLines(calibration),
    ...driftLines(calibration),
    ...doubtLines(profile, doubts),
  ].join("\n");
}

function stallLines(looks: readonly StallCost[] | null): string[] {
  if (looks === null) return [];
  const sleeps = looks.reduce((sum, look) => sum + look.sleeps, 0);
  const counts = looks.map(({ seconds }) => seconds.length);
  const seconds = looks.flatMap((look) => look.seconds);
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)].map((late) => formatSeconds(late));
  const late = seconds.length === 0 ? "" : `, by ${least === most ? least : `${least} to ${most}`}`;
  const each = looks.length === 1 || seconds.length === 0 ? "" : ` (${counts.join(", ")} each time)`;
  return wrap(`of ${sleeps} sleeps of a millisecond, ${seconds.length} ended late${late}${each}`);
}

function order({ kind }: CostName): number {
  return Object.keys(TITLES).indexOf(kind);
}

function section(profile: Profile, costs: readonly CostKnowledge[]): string[] {
  const { kind, nodes } = costs[0]!.name;
  const where = nodes.length === 0 ? "" : `, ${nodes.join(", ")}`;
  const paced = costs.some(({ figure }) => figure === "lower quartile");
  const rows = [...Map.groupBy(costs, ({ name: { of, at } }) => `${at} ${of}`).values()]
    .map((same) => ({ label: labelOf(profile, same[0]!.name), same }))
    .sort((a, b) => a.label.name.localeCompare(b.label.name) || a.label.rank - b.label.rank)
    .map(({ label, same }) => [
      ...label.cells,
      ...THREADS.flatMap((thread) => {
        const cost = same.find(({ name }) => name.thread === thread);
        return cost === undefined ? ["", ""] : [formatSeconds(cost.seconds), widthText(cost)];
      }),
      String(Math.min(...same.map(({ passes }) => passes))),
      String(same.reduce((sum, { outliers }) => sum + outliers.count, 0)),
    ]);
  return ["", ...wrap(`${TITLES[kind]}${where}${paced ? " (q)" : ""}`), ...tableLines(COSTS, rows)];
}

/** What a cost is of, and for what size; rows go by name, then by rank. */
interface Label {
  readonly name: string;
  readonly rank: number;
  readonly cells: readonly [string, string];
}

function labelOf(profile: Profile, { kind, of, at }: CostName): Label {
  const framed = (stages: readonly string[], shape: FrameShape): Label => {
    const name = stages.length < 2 ? stages[0]! : `${stages[0]}-${stages.at(-1)}`;
    return { name, rank: shape.height * shape.width, cells: [name, describeShape(shape).split(" ")[0]!] };
  };
  if (kind === "compute") {
    const { stages, input, output } = profile.computes.find(({ key }) => key === of)!;
    return framed(stages, input ?? output);
  }
  if (kind === "compress" || kind === "decompress") {
    const { stages, shape } = profile.compressions.find(({ key }) => key === of)!;
    return framed(stages.slice(-1), shape);
  }
  const text = at === 0 ? "" : kind === "lateness" ? formatSeconds(at) : `${at.toLocaleString("en")} bytes`;
  return { name: "", rank: at, cells: [text, ""] };
}

/** `±2.1%`: in five characters. */
export function widthText({ halfWidth }: Pick<CostKnowledge, "halfWidth">): string {
  if (halfWidth === null) return "-";
  if (halfWidth >= 9.995) return ">999%";
  return `±${(halfWidth * 100).toFixed(halfWidth < 0.0995 ? 1 : 0)}%`;
}

/** Half-widths that costs are counted by, besides the one asked for. */
const CLASSES = [0.02, 0.05, 0.1, 0.2];

function reachedLines({ costs, precision, budget, seconds }: Calibration): string[] {
  const within = (width: number) => costs.filter(({ halfWidth }) => halfWidth !== null && halfWidth <= width).length;
  const classes = [precision, ...CLASSES.filter((width) => width > precision)];
  const counts = classes.map((width) => `${within(width)} within ${formatShare(width)}`).join(", ");
  const enough = costs.filter((cost) => isKnownEnough(cost, precision)).length;
  const outliers = costs.reduce((sum, cost) => sum + cost.outliers.count, 0);
  const samples = costs.reduce((sum, cost) => sum + cost.samples, 0);
  const worst = costs.reduce((most, cost) => Math.max(most, cost.outliers.worst), 1);
  return [
    ...wrap(`${costs.length} costs in ${seconds.toFixed(0)} s of ${budget.toFixed(0)}: ${counts}`),
    ...wrap(`${enough} are known to ${formatShare(precision)} of the largest cost of their pipeline`),
    ...wrap(
      `outliers: ${outliers} of ${samples} samples, up to ${worst.toFixed(1)} times the median of their pass; kept, as runs have them, too`,
    ),
  ];
}

function driftLines({ drifts, precision }: Calibration): string[] {
  return drifts.flatMap(({ of, rounds, range, trend, shift, stable }) => {
    const levels = rounds.map(({ factor }) => formatSigned(factor - 1)).join(" ");
    const trends = trend === null ? [] : [trend > 0 ? "slower and slower" : "faster and faster"];
    const shifts = shift === null ? [] : [`another level from round ${shift.from} on, ${formatSigned(shift.by)}`];
    const settled = stable === null ? [] : [`last three ${stable ? "" : "not "}within ${formatShare(precision)}`];
    const remarks = [`range ${formatShare(range)}`, ...trends, ...shifts, ...settled].join(", ");
    return wrap(`time by round, ${of}: ${levels} (${remarks})`);
  });
}
