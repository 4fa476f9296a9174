import { formatRate, formatRatio, formatSeconds, formatShare } from "../../report/format.ts";
import type { Claim } from "../finding.ts";
import { labelOf, sizeLabel } from "../label.ts";
import { areTwins, type Outcome, type Outcomes, type Result, type Side } from "../outcome.ts";

/** Compressing is worth its trouble if it gains more than that. */
const WORTH = 0.02;

/** The same split at the same size and load, with frames as they are and compressed. */
interface Variants {
  readonly plain: Outcome;
  readonly zstd: Outcome;
}

/** Where frames cross a link: whether it pays to compress them, per split and load, at each size. None where no plan does. */
export function compressionClaims({ everything }: Outcomes): readonly Claim[] {
  const groups = new Map<string, Variants[]>();
  for (const zstd of everything) {
    if (zstd.compression === "none") continue;
    const plain = everything.find((other) => other.compression === "none" && areTwins(other, zstd));
    if (plain === undefined) continue;
    const key = `${labelOf(plain)} ${plain.load}`;
    groups.set(key, [...(groups.get(key) ?? []), { plain, zstd }]);
  }
  return [...groups.values()].map(claimOf);
}

function claimOf(all: readonly Variants[]): Claim {
  const { plain } = all[0]!;
  const label = labelOf(plain);
  const saturated = plain.rate === null;
  return {
    id: `zstd@${label.replaceAll(" ", "-")}-${plain.load}`,
    statement: saturated
      ? `Split ${label} carries more frames per second with zstd on its links`
      : `Split ${label} delivers a frame sooner with zstd on its links (median, load ${plain.load})`,
    needs: "the split with compression none and zstd",
    check: (side) => {
      const known = all.filter(({ plain, zstd }) => plain[side] !== null && zstd[side] !== null);
      if (known.length === 0) return null;
      const paying = known.filter((one) => pays(one, side));
      const sizes = paying.map(({ zstd }) => sizeLabel(zstd.size));
      return {
        holds: paying.length === known.length,
        figures: known.map((one) => figuresOf(one, side)).join(", "),
        why: [
          paying.length > 0 && paying.length < known.length ? `It pays at ${sizes.join(", ")} only.` : [],
          side === "measured" ? decisionText(known) : [],
        ]
          .flat()
          .join(" "),
      };
    },
  };
}

function figuresOf(variants: Variants, side: Side): string {
  const { plain, zstd } = variants;
  const text = (of: Result) => (plain.rate === null ? formatRate(of.throughput) : formatSeconds(of.latency.p50));
  const what = plain.rate === null ? "throughput" : "latency";
  const ratio = formatRatio(plain.rate === null ? gain(variants, side) : 1 / gain(variants, side));
  return `${ratio} times the ${what} (${text(plain[side]!)} to ${text(zstd[side]!)}) at ${sizeLabel(zstd.size)}`;
}

/** Where the twin would have compressed and the measurement says not to, or the other way round, and what that costs. */
function decisionText(known: readonly Variants[]): string {
  const wrong = known.filter((one) => pays(one, "measured") !== pays(one, "predicted"));
  if (wrong.length === 0) return "The twin decides as the measurement does.";
  const costs = wrong.map((one) => {
    const measured = gain(one, "measured");
    return `${sizeLabel(one.zstd.size)}, which costs ${formatShare(Math.abs(1 - Math.min(measured, 1 / measured)))}`;
  });
  return `The twin decides otherwise at ${costs.join("; ")}.`;
}

function pays(variants: Variants, side: Side): boolean {
  return gain(variants, side) > 1 + WORTH;
}

/** How many times better it is with compression: throughput under saturation, median latency below it. */
function gain({ plain, zstd }: Variants, side: Side): number {
  const [before, after] = [plain[side]!, zstd[side]!];
  return plain.rate === null ? after.throughput / before.throughput : before.latency.p50 / after.latency.p50;
}
