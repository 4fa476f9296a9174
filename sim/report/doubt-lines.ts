import type { Doubt } from "../calibration/doubt.ts";
import type { CostKind, CostName } from "../calibration/reading.ts";
import { sizeLabel } from "../compare/label.ts";
import type { Profile } from "../profile.ts";
import { type Column, tableLines, wrap } from "./columns.ts";
import { formatSeconds, formatShare, formatSigned } from "./format.ts";

const COLUMNS: readonly Column[] = [
  { title: "  share", width: 8, align: "right" },
  { title: "of the doubt by", width: 52, align: "left" },
  { title: "halved in", width: 9, align: "right" },
];
/** Costs that are listed of each decision. */
const LISTED = 4;
/** Below this, more measuring changes no decision. */
const SURE = 1e-3;

const WORDS: Readonly<Record<CostKind, string>> = {
  compute: "compute",
  receive: "receive",
  send: "send",
  handover: "handover",
  loopback: "loopback",
  link: "link",
  "link-receive": "receive across link",
  "link-send": "send across link",
  compress: "compress",
  decompress: "decompress",
  "wake-worker": "wake a worker",
  "wake-messages": "wake the pod's own thread",
  acknowledgement: "acknowledgement",
  lateness: "lateness",
};

/** How sure each decision is, and which measurements would make it surer. */
export function doubtLines(profile: Profile, doubts: readonly Doubt[]): string[] {
  const decided = doubts.filter(({ second }) => second !== null);
  if (decided.length === 0) return [];
  return [
    "",
    "how sure the best split is, and which further measurement would help most",
    ...decided.flatMap((doubt) => {
      const rows = doubt.costs
        .slice(0, LISTED)
        .map(({ name, share, seconds }) => [formatShare(share), costText(profile, name), formatSeconds(seconds)]);
      return [...wrap(sentence(doubt)), ...(rows.length === 0 ? [] : tableLines(COLUMNS, rows))];
    }),
  ];
}

function sentence({ size, objective, best, second, lead, error, wrong, regret }: Doubt): string {
  const what = objective === "latency" ? "median latency" : "throughput";
  const better = objective === "latency" ? -lead : lead;
  const by = `${formatSigned(better)} ± ${formatShare(error)}`;
  const risk = wrong < SURE ? "sure" : `wrong with ${formatShare(wrong)}, expected loss ${formatShare(regret)}`;
  return `${sizeLabel(size)}: ${best} before ${second} in ${what} by ${by}: ${risk}`;
}

/** `compute conv 256x256, idle, edge`: a cost on one line. */
function costText(profile: Profile, { kind, of, nodes, thread, at }: CostName): string {
  const stages = [...profile.computes, ...profile.compressions].find(({ key }) => key === of)?.stages ?? [];
  const what = [WORDS[kind], ...(stages.length > 0 ? [stages.join("-")] : [])].join(" ");
  const size = kind === "lateness" ? formatSeconds(at) : at === 0 ? [] : `${at.toLocaleString("en")} bytes`;
  return [what, size, thread, nodes.join("+")]
    .flat()
    .filter((part) => part !== "")
    .join(", ");
}
