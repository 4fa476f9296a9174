import { formatRate, formatSeconds, formatShare } from "../../report/format.ts";
import type { Claim, Verdict } from "../finding.ts";
import { onlyLetter, sizeLabel } from "../label.ts";
import type { Outcome, Outcomes, Side } from "../outcome.ts";

/** E4 (throughput by number of pods) and the bottleneck among the pods. */
export function podsClaims(outcomes: Outcomes): readonly Claim[] {
  return [...outcomes.letters.map((letter) => growthClaim(outcomes, letter)), bottleneckClaim(outcomes)];
}

function growthClaim(outcomes: Outcomes, letter: string): Claim {
  return {
    id: `E4@${letter}`,
    statement: `With every stage on ${letter}, throughput rises with the number of pods that share the stages`,
    needs: `two groupings or more on ${letter}, under saturation`,
    check: (side) => {
      // The largest size at which several groupings ran.
      for (const size of outcomes.sizes.toReversed()) {
        const best = bestByPods(outcomes.at(size, "saturated"), letter, side);
        if (best.length < 2) continue;
        const falls = best.slice(1).filter(({ throughput }, index) => throughput <= best[index]!.throughput);
        return {
          holds: falls.length === 0,
          figures: `${best.map(({ pods, throughput }) => `${formatRate(throughput)} with ${pods}`).join(", ")} at ${sizeLabel(size)}`,
          why:
            falls.length > 0
              ? `Not so at ${falls.map(({ pods }) => pods).join(" and ")} pods: another pod helps only while it shortens ` +
                "the slowest pod's cycle by more than its hop adds, and while a core is free for it."
              : undefined,
        };
      }
      return null;
    },
  };
}

/** Highest throughput for each number of pods (several groupings have 2 or 3), fewest pods first. */
function bestByPods(
  at: readonly Outcome[],
  letter: string,
  side: Side,
): readonly { readonly pods: number; readonly throughput: number }[] {
  const best = new Map<number, number>();
  for (const outcome of at) {
    const throughput = outcome[side]?.throughput;
    if (throughput === undefined || onlyLetter(outcome) !== letter) continue;
    best.set(outcome.pods, Math.max(throughput, best.get(outcome.pods) ?? 0));
  }
  return [...best].sort(([a], [b]) => a - b).map(([pods, throughput]) => ({ pods, throughput }));
}

function bottleneckClaim(outcomes: Outcomes): Claim {
  return {
    id: "E6-bottleneck",
    statement:
      "The two middle stages (conv, relu) are the bottleneck, so one pod for each of four stages is not the ideal decoupling",
    needs: "a pipeline of four pods, one per stage, on a single node",
    check: (side) => {
      for (const size of outcomes.sizes.toReversed()) {
        const verdicts = outcomes.letters.flatMap((letter) => {
          const one =
            outcomes.pipeline(size, "saturated", letter)?.[side] ?? outcomes.pipeline(size, "light", letter)?.[side];
          return one && one.terms.length === 4 ? [middle(letter, one.terms)] : [];
        });
        if (verdicts.length === 0) continue;
        const why = verdicts.flatMap((verdict) => verdict.why ?? []).join(" ");
        return {
          holds: verdicts.every(({ holds }) => holds),
          figures: `compute per frame at ${sizeLabel(size)}, ${verdicts.map(({ figures }) => figures).join("; ")}`,
          why: why || undefined,
        };
      }
      return null;
    },
  };
}

/** Compute by pod: the two middle ones take the most if the finding holds. */
function middle(letter: string, terms: readonly { readonly pod: string; readonly compute: number }[]): Verdict {
  const total = terms.reduce((sum, { compute }) => sum + compute, 0);
  const order = terms.map(({ compute }, index) => ({ compute, index })).sort((a, b) => b.compute - a.compute);
  const holds = order
    .slice(0, 2)
    .map(({ index }) => index)
    .sort()
    .every((index, position) => index === position + 1);
  const first = terms[order[0]!.index]!;
  const second = terms[order[1]!.index]!;
  return {
    holds,
    figures: `${letter}: ${terms.map(({ pod, compute }) => `${pod} ${formatSeconds(compute)}`).join(", ")}`,
    why: holds
      ? undefined
      : `On ${letter}, ${first.pod} takes ${formatShare(first.compute / total)} of the compute and ${second.pod} comes next.`,
  };
}
