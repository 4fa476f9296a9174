import { formatRatio } from "../../report/format.ts";
import { type Claim, nodeText } from "../finding.ts";
import { sameSize, sizeLabel } from "../label.ts";
import type { Outcomes, Side } from "../outcome.ts";

interface Ccr {
  readonly size: readonly [number, number];
  readonly ccr: number;
}

/** What the thesis states of the server's communication-to-computation ratio, at square sizes. */
const SERVER_BOUNDS = [
  { size: [512, 512], below: 1 },
  { size: [1024, 1024], below: 0.5 },
] as const;

/** E2: communication-to-computation ratio of one pod per stage, per size. */
export function communicationClaims(outcomes: Outcomes): readonly Claim[] {
  return [
    ...outcomes.letters.map((letter) => fallsClaim(outcomes, letter)),
    boundsClaim(outcomes),
    steepnessClaim(outcomes),
  ];
}

function fallsClaim(outcomes: Outcomes, letter: string): Claim {
  return {
    id: `E2@${letter}`,
    statement: `On ${nodeText(letter)}, the communication-to-computation ratio falls as the image grows`,
    needs: `one pod per stage on ${letter} at two sizes or more, below saturation`,
    check: (side) => {
      const all = ratios(outcomes, letter, side);
      if (all.length < 2) return null;
      const rises = all.slice(1).filter(({ ccr }, index) => ccr >= all[index]!.ccr);
      return {
        holds: rises.length === 0,
        figures: text(all),
        why:
          rises.length > 0
            ? `It rises to ${rises.map(({ size, ccr }) => `${formatRatio(ccr)} at ${sizeLabel(size)}`).join(" and ")}: ` +
              "moving a frame's bytes there grows faster than computing on them."
            : undefined,
      };
    },
  };
}

function boundsClaim(outcomes: Outcomes): Claim {
  return {
    id: "E2-bounds",
    statement: "On the server (S), the ratio is below 1 at 512x512 and below 0.5 at 1024x1024",
    needs: "one pod per stage on S at 512x512 or 1024x1024, below saturation",
    check: (side) => {
      const all = ratios(outcomes, "S", side);
      const judged = SERVER_BOUNDS.flatMap(({ size, below }) =>
        all.filter((one) => sameSize(one.size, size)).map((one) => ({ ...one, below })),
      );
      if (judged.length === 0) return null;
      const above = judged.filter(({ ccr, below }) => ccr >= below);
      return {
        holds: above.length === 0,
        figures: text(judged),
        why: above.length > 0 ? `Not so at ${above.map(({ size }) => sizeLabel(size)).join(", ")}.` : undefined,
      };
    },
  };
}

function steepnessClaim(outcomes: Outcomes): Claim {
  return {
    id: "E2-slope",
    statement: "The ratio falls less steeply on the edge (E) than on the server (S)",
    needs: "one pod per stage on E and on S at two sizes or more, below saturation",
    check: (side) => {
      const [edge, server] = (["E", "S"] as const).map((letter) => ratios(outcomes, letter, side));
      if (!edge || !server || edge.length < 2 || server.length < 2) return null;
      const fall = (all: readonly Ccr[]) => all[0]!.ccr / all.at(-1)!.ccr;
      return {
        holds: fall(edge) < fall(server),
        figures:
          `from ${sizeLabel(edge[0]!.size)} to ${sizeLabel(edge.at(-1)!.size)} it falls ` +
          `${formatRatio(fall(edge))}-fold on E and ${formatRatio(fall(server))}-fold on S`,
      };
    },
  };
}

function ratios(outcomes: Outcomes, letter: string, side: Side): readonly Ccr[] {
  return outcomes.sizes.flatMap((size) => {
    const ccr = outcomes.pipeline(size, "light", letter)?.[side]?.ccr;
    return ccr === undefined ? [] : [{ size, ccr }];
  });
}

function text(all: readonly Ccr[]): string {
  return all.map(({ size, ccr }) => `${formatRatio(ccr)} at ${sizeLabel(size)}`).join(", ");
}
