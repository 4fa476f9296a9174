import type { Side } from "./outcome.ts";

/** One finding of the thesis, checked on a run. */
export interface Finding {
  /** `E1@S`: the experiment of the thesis, and the node's letter where it is checked per node. */
  readonly id: string;
  readonly statement: string;
  /** By measurement, or, where nothing was measured, by prediction; `null`: this run does not cover it. */
  readonly holds: boolean | null;
  /** One sentence with the figures, measured and predicted. */
  readonly evidence: string;
  /** Why it does not hold, or what to bear in mind. */
  readonly why?: string;
}

/** What one side, testbed or twin, says of a finding. */
export interface Verdict {
  readonly holds: boolean | null;
  readonly figures: string;
  readonly why?: string | undefined;
}

export interface Claim {
  readonly id: string;
  readonly statement: string;
  /** `null`: the run has not what it takes on that side. */
  readonly check: (side: Side) => Verdict | null;
  /** What a run must have for the finding to be checked. */
  readonly needs: string;
}

/** Checks a claim on both sides. The measurement decides; a twin that says otherwise is named. */
export function findingOf({ id, statement, check, needs }: Claim): Finding {
  const measured = check("measured");
  const predicted = check("predicted");
  const judge = measured ?? predicted;
  if (judge === null) return { id, statement, holds: null, evidence: `Not covered by this run; it needs ${needs}.` };
  const parts = [
    measured === null ? "Not measured" : `Measured: ${measured.figures}`,
    predicted === null ? "not predicted" : `predicted: ${predicted.figures}`,
  ];
  const disagree = measured !== null && predicted !== null && measured.holds !== predicted.holds;
  const why = [
    judge.why,
    disagree ? `The twin says otherwise: by its figures this ${holdsText(predicted.holds)}.` : undefined,
  ].filter((text) => text !== undefined);
  return {
    id,
    statement,
    holds: judge.holds,
    evidence: `${parts.join("; ")}.`,
    ...(why.length > 0 ? { why: why.join(" ") } : {}),
  };
}

function holdsText(holds: boolean | null): string {
  return holds === null ? "can't be judged" : holds ? "holds" : "does not hold";
}

/** `server (S)`: the class that a node's letter stands for in the thesis, else just the letter. */
export function nodeText(letter: string): string {
  if (letter === "E") return "the edge (E)";
  if (letter === "S") return "the server (S)";
  return `node ${letter}`;
}
