import { formatRate, formatRatio, formatSeconds, formatShare } from "../../report/format.ts";
import type { Claim } from "../finding.ts";
import { labelOf, sizeLabel } from "../label.ts";
import { areTwins, type Outcome, type Outcomes, type Result, type Side } from "../outcome.ts";

/** A variant is worth its trouble if it gains more than that. */
const WORTH = 0.02;

/** A plan and the one that it is to be better than: the same split at the same size and load. */
interface Variants {
  readonly plain: Outcome;
  readonly other: Outcome;
}

/** One way to run a placement in place of another. */
interface Change {
  /** Of findings, before `@`. */
  readonly id: (other: Outcome) => string;
  /** Follows what is better. */
  readonly text: (other: Outcome) => string;
  readonly needs: string;
  /** Whether a plan has made the change, and which plan it is to be held against. */
  readonly made: (other: Outcome) => boolean;
  readonly from: (plain: Outcome, other: Outcome) => boolean;
}

const COMPRESSION: Change = {
  id: () => "zstd",
  text: () => "zstd on its links",
  needs: "the split with compression none and zstd",
  made: ({ compression }) => compression === "zstd",
  from: (plain, other) => plain.compression === "none" && plain.workers === other.workers,
};

const WORKERS: Change = {
  id: ({ workers }) => `w${workers}`,
  text: ({ workers }) => (workers === 1 ? "a worker in each pod" : `${workers} workers in each pod`),
  needs: "the split with and without workers",
  made: ({ workers }) => workers > 0,
  from: (plain, other) => plain.workers === 0 && plain.compression === other.compression,
};

/** Where frames cross a link: whether it pays to compress them, per split and load, at each size. None where no plan does. */
export function compressionClaims(outcomes: Outcomes): readonly Claim[] {
  return claimsOf(outcomes, COMPRESSION);
}

/** Whether it pays that pods compute in threads beside their own, so that compute and messages overlap. */
export function workersClaims(outcomes: Outcomes): readonly Claim[] {
  return claimsOf(outcomes, WORKERS);
}

function claimsOf({ everything }: Outcomes, change: Change): readonly Claim[] {
  const groups = new Map<string, Variants[]>();
  for (const other of everything) {
    if (!change.made(other)) continue;
    const plain = everything.find((one) => change.from(one, other) && areTwins(one, other));
    if (plain === undefined) continue;
    const key = `${change.id(other)} ${labelOf(plain)} ${plain.load}`;
    groups.set(key, [...(groups.get(key) ?? []), { plain, other }]);
  }
  return [...groups.values()].map((all) => claimOf(all, change));
}

function claimOf(all: readonly Variants[], change: Change): Claim {
  const { plain, other } = all[0]!;
  const label = labelOf(plain);
  const saturated = plain.rate === null;
  return {
    id: `${change.id(other)}@${label.replaceAll(" ", "-")}-${plain.load}`,
    statement: saturated
      ? `Split ${label} carries more frames per second with ${change.text(other)}`
      : `Split ${label} delivers a frame sooner with ${change.text(other)} (median, load ${plain.load})`,
    needs: change.needs,
    check: (side) => {
      const known = all.filter(({ plain, other }) => plain[side] !== null && other[side] !== null);
      if (known.length === 0) return null;
      const paying = known.filter((one) => pays(one, side));
      const sizes = paying.map(({ other }) => sizeLabel(other.size));
      return {
        holds: paying.length === known.length,
        figures: known.map((one) => figuresOf(one, side)).join(", "),
        why:
          [
            paying.length > 0 && paying.length < known.length ? `It pays at ${sizes.join(", ")} only.` : [],
            side === "measured" ? decisionText(known) : [],
          ]
            .flat()
            .join(" ") || undefined,
      };
    },
  };
}

function figuresOf(variants: Variants, side: Side): string {
  const { plain, other } = variants;
  const text = (of: Result) => (plain.rate === null ? formatRate(of.throughput) : formatSeconds(of.latency.p50));
  const what = plain.rate === null ? "throughput" : "latency";
  const ratio = formatRatio(plain.rate === null ? gain(variants, side) : 1 / gain(variants, side));
  return `${ratio} times the ${what} (${text(plain[side]!)} to ${text(other[side]!)}) at ${sizeLabel(other.size)}`;
}

/** Where the twin would have made the change and the measurement says not to, or the other way round, and what that costs. */
function decisionText(known: readonly Variants[]): string {
  const wrong = known.filter((one) => pays(one, "measured") !== pays(one, "predicted"));
  if (wrong.length === 0) return "The twin decides as the measurement does.";
  const costs = wrong.map((one) => {
    const measured = gain(one, "measured");
    return `${sizeLabel(one.other.size)}, which costs ${formatShare(Math.abs(1 - Math.min(measured, 1 / measured)))}`;
  });
  return `The twin decides otherwise at ${costs.join("; ")}.`;
}

function pays(variants: Variants, side: Side): boolean {
  return gain(variants, side) > 1 + WORTH;
}

/** How many times better it is with the change: throughput under saturation, median latency below it. */
function gain({ plain, other }: Variants, side: Side): number {
  const [before, after] = [plain[side]!, other[side]!];
  return plain.rate === null ? after.throughput / before.throughput : before.latency.p50 / after.latency.p50;
}
