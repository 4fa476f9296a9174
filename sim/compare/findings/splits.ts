import { formatRate, formatSeconds, formatShare, formatSigned } from "../../report/format.ts";
import type { Claim, Verdict } from "../finding.ts";
import { onlyLetter, sizeLabel } from "../label.ts";
import type { Outcome, Outcomes, Result, Side } from "../outcome.ts";

/** Relative difference of latency that still counts as about the same. */
const ABOUT_SAME = 0.1;

type Load = "saturated" | "light";

/** E5 and E6: every split at every size. */
export function splitsClaims(outcomes: Outcomes): readonly Claim[] {
  return [
    {
      id: "E5",
      statement: "The twin names the split with the lowest median latency at every size",
      needs: "two splits or more with one pod per stage, below saturation",
      check: (side) => rankVerdict(outcomes, "light", side),
    },
    lastStageClaim(outcomes),
    {
      id: "E6",
      statement: "The twin names the split with the highest throughput at every size",
      needs: "two splits or more with one pod per stage, under saturation",
      check: (side) => rankVerdict(outcomes, "saturated", side),
    },
    shrinkClaim(outcomes),
  ];
}

/** The best split per size; whether the twin names the same one is only known where it was measured. */
function rankVerdict(outcomes: Outcomes, load: Load, side: Side): Verdict | null {
  const best = outcomes.sizes.flatMap((size) => {
    const splits = outcomes.splits(size, load).filter((split) => split[side] !== null);
    const [first] = rank(splits, load, side);
    if (splits.length < 2 || first === undefined) return [];
    const complete = splits.every((split) => split.measured !== null);
    const measured = complete ? rank(splits, load, "measured")[0] : undefined;
    const predicted = rank(splits, load, "predicted")[0]!;
    return [
      { size, first, named: measured === undefined ? null : measured.split === predicted.split, measured, predicted },
    ];
  });
  if (best.length === 0) return null;
  const missed = best.filter(({ named }) => named === false);
  return {
    holds: best.some(({ named }) => named === null) ? null : missed.length === 0,
    figures: best
      .map(({ size, first }) => `${first.split} at ${sizeLabel(size)} (${figureText(first[side]!, load)})`)
      .join(", "),
    why:
      missed.length === 0
        ? undefined
        : missed
            .map(
              ({ size, measured, predicted }) =>
                `At ${sizeLabel(size)} the twin names ${predicted.split}, which measured ` +
                `${figureText(predicted.measured!, load)} against ${figureText(measured!.measured!, load)} of ${measured!.split}.`,
            )
            .join(" "),
  };
}

function rank(splits: readonly Outcome[], load: Load, side: Side): readonly Outcome[] {
  const sign = load === "saturated" ? -1 : 1;
  return [...splits].sort((a, b) => sign * (figureOf(a[side]!, load) - figureOf(b[side]!, load)));
}

function figureOf(result: Result, load: Load): number {
  return load === "saturated" ? result.throughput : result.latency.p50;
}

function figureText(result: Result, load: Load): string {
  return load === "saturated" ? formatRate(result.throughput) : formatSeconds(result.latency.p50);
}

/** EEES against EEEE: the last stage alone on the server changes little. */
function lastStageClaim(outcomes: Outcomes): Claim {
  return {
    id: "E5-EEES",
    statement: `EEES and EEEE have about the same latency (medians within ${formatShare(ABOUT_SAME)})`,
    needs: "splits EEES and EEEE, one pod per stage, below saturation",
    check: (side) => {
      const pairs = outcomes.sizes.flatMap((size) => {
        const splits = outcomes.splits(size, "light");
        const moved = splits.find(({ split }) => /^(.)\1+(?!\1).$/.test(split) && split.startsWith("E"))?.[side];
        const stays = splits.find((split) => onlyLetter(split) === "E")?.[side];
        return moved && stays ? [{ size, moved: moved.latency.p50, stays: stays.latency.p50 }] : [];
      });
      if (pairs.length === 0) return null;
      const apart = pairs.filter(({ moved, stays }) => Math.abs(moved / stays - 1) > ABOUT_SAME);
      return {
        holds: apart.length === 0,
        figures: pairs
          .map(
            ({ size, moved, stays }) =>
              `${sizeLabel(size)} ${formatSeconds(moved)} and ${formatSeconds(stays)} (${formatSigned(moved / stays - 1)})`,
          )
          .join(", "),
        why:
          apart.length > 0
            ? `Not so at ${apart.map(({ size }) => sizeLabel(size)).join(", ")}: what the faster node saves on the last stage ` +
              "and what the link costs do not cancel out there."
            : undefined,
      };
    },
  };
}

/** Spread of throughput between splits, (highest - lowest) / highest, per size. */
function shrinkClaim(outcomes: Outcomes): Claim {
  return {
    id: "E6-spread",
    statement: "The larger the image, the smaller the throughput differences between splits",
    needs: "two splits or more at two sizes or more, one pod per stage, under saturation",
    check: (side) => {
      const spreads = outcomes.sizes.flatMap((size) => {
        const values = outcomes.splits(size, "saturated").flatMap((split) => split[side]?.throughput ?? []);
        if (values.length < 2) return [];
        const highest = Math.max(...values);
        return [{ size, absolute: highest - Math.min(...values), relative: 1 - Math.min(...values) / highest }];
      });
      if (spreads.length < 2) return null;
      const grows = spreads.slice(1).filter(({ relative }, index) => relative >= spreads[index]!.relative);
      const absoluteFalls = spreads.slice(1).every(({ absolute }, index) => absolute < spreads[index]!.absolute);
      return {
        holds: grows.length === 0,
        figures: spreads
          .map(
            ({ size, absolute, relative }) =>
              `${formatShare(relative)} of the highest (${formatRate(absolute)}) at ${sizeLabel(size)}`,
          )
          .join(", "),
        why:
          grows.length > 0
            ? `Relative to the highest throughput the differences grow at ${grows.map(({ size }) => sizeLabel(size)).join(", ")}` +
              (absoluteFalls ? "; in frames per second they do shrink at every step." : ".")
            : undefined,
      };
    },
  };
}
