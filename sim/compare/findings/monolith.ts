import { formatBottleneck, formatRate, formatSeconds, formatShare, formatSigned } from "../../report/format.ts";
import { type Claim, nodeText, type Verdict } from "../finding.ts";
import { sameSize, sizeLabel } from "../label.ts";
import { computeOf, type Outcomes, type Result, type Side } from "../outcome.ts";

/** Relative change of compute time that still counts as nearly unchanged. */
const UNCHANGED = 0.15;

/** E3 of the thesis: throughput gain of four pods over the monolith, by class of node. */
const THESIS_GAIN: Readonly<Record<string, number>> = { S: 0.7658, E: 1.0394 };

/** The size of the thesis' throughput runs, [height, width]. */
const THESIS_SIZE: readonly [number, number] = [720, 1280];

interface Contrast {
  readonly size: readonly [number, number];
  readonly monolith: Result;
  readonly pipeline: Result;
  /** What limits the pipeline by the twin's account. */
  readonly bottleneck: string;
}

/** E1 and E3: the monolith against one pod per stage, on one node. */
export function monolithClaims(outcomes: Outcomes): readonly Claim[] {
  return [
    ...outcomes.letters.map((letter) => latencyClaim(outcomes, letter)),
    ...outcomes.letters.map((letter) => computeClaim(outcomes, letter)),
    ...outcomes.letters.map((letter) => throughputClaim(outcomes, letter)),
  ];
}

function latencyClaim(outcomes: Outcomes, letter: string): Claim {
  return {
    id: `E1@${letter}`,
    statement: `On ${nodeText(letter)}, one pod per stage has a higher latency than the monolith at every size`,
    needs: needs(letter, "at a load below saturation"),
    check: (side) =>
      verdict(contrasts(outcomes, letter, "light", side), ({ size, monolith, pipeline }) => ({
        holds: pipeline.latency.mean > monolith.latency.mean,
        figures: change(size, monolith.latency.mean, pipeline.latency.mean),
      })),
  };
}

function computeClaim(outcomes: Outcomes, letter: string): Claim {
  return {
    id: `E1-compute@${letter}`,
    statement: `On ${nodeText(letter)}, compute time is nearly unchanged (within ${formatShare(UNCHANGED)}) by the split into pods`,
    needs: needs(letter, "at a load below saturation"),
    check: (side) => {
      const all = contrasts(outcomes, letter, "light", side);
      const judged = verdict(all, ({ size, monolith, pipeline }) => ({
        holds: Math.abs(computeOf(pipeline) / computeOf(monolith) - 1) <= UNCHANGED,
        figures: change(size, computeOf(monolith), computeOf(pipeline)),
      }));
      if (judged === null || judged.holds) return judged;
      const changes = all
        .map(({ monolith, pipeline }) => computeOf(pipeline) / computeOf(monolith) - 1)
        .filter((change) => Math.abs(change) > UNCHANGED);
      const rises = changes.filter((change) => change > 0).length;
      const why =
        rises * 2 > changes.length
          ? "Compute is slower in pods of their own: a stage's input is no longer warm in the cache, and pods share the host's cores."
          : "Compute is faster in pods of their own: each process holds less, and the stages no longer evict each other's data.";
      return { ...judged, why: `${judged.why} ${why}` };
    },
  };
}

function throughputClaim(outcomes: Outcomes, letter: string): Claim {
  const thesis = THESIS_GAIN[letter];
  return {
    id: `E3@${letter}`,
    statement:
      `On ${nodeText(letter)}, one pod per stage carries more frames per second than the monolith` +
      (thesis === undefined ? "" : ` (thesis, at ${sizeLabel(THESIS_SIZE)}: +${(thesis * 100).toFixed(2)} %)`),
    needs: needs(letter, "under saturation"),
    check: (side) => {
      const all = contrasts(outcomes, letter, "saturated", side);
      const one = all.find(({ size }) => sameSize(size, THESIS_SIZE)) ?? all.at(-1);
      if (one === undefined) return null;
      const ratio = one.pipeline.throughput / one.monolith.throughput;
      return {
        holds: ratio > 1,
        figures:
          `${formatRate(one.monolith.throughput)} -> ${formatRate(one.pipeline.throughput)} ` +
          `(${formatSigned(ratio - 1)}) at ${sizeLabel(one.size)}`,
        // Throughput is 1 / (slowest stage's cycle), so the ratio tells that cycle's share of the monolith's time.
        why:
          `The slowest stage's cycle is ${formatShare(1 / ratio)} of the monolith's time per frame` +
          (thesis === undefined ? "" : `, in the thesis ${formatShare(1 / (1 + thesis))}`) +
          `; the twin names as bottleneck: ${one.bottleneck}.`,
      };
    },
  };
}

/** Monolith beside one pod per stage, at every size where both ran. */
function contrasts(outcomes: Outcomes, letter: string, load: "saturated" | "light", side: Side): readonly Contrast[] {
  return outcomes.sizes.flatMap((size) => {
    const one = outcomes.pipeline(size, load, letter);
    const monolith = outcomes.monolith(size, load, letter)?.[side];
    const pipeline = one?.[side];
    if (!one || !monolith || !pipeline) return [];
    return [{ size, monolith, pipeline, bottleneck: formatBottleneck(one.predicted.bottleneck) }];
  });
}

function verdict(all: readonly Contrast[], judge: (one: Contrast) => Verdict): Verdict | null {
  if (all.length === 0) return null;
  const verdicts = all.map(judge);
  const against = all.filter((_, index) => !verdicts[index]!.holds).map(({ size }) => sizeLabel(size));
  return {
    holds: against.length === 0,
    figures: verdicts.map(({ figures }) => figures).join(", "),
    why: against.length > 0 ? `Not so at ${against.join(", ")}.` : undefined,
  };
}

function change(size: readonly [number, number], from: number, to: number): string {
  return `${sizeLabel(size)} ${formatSeconds(from)} -> ${formatSeconds(to)} (${formatSigned(to / from - 1)})`;
}

function needs(letter: string, load: string): string {
  return `monolith@${letter} and one pod per stage on ${letter}, both ${load}`;
}
