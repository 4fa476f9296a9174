const MONOLITH = "monolith@";

/**
 * All splits of a pipeline that never go back: node letters in the direction of travel, non-decreasing along the stages.
 * For n letters and k stages there are C(n + k - 1, k). Ordered from everything on the last node to everything on the first
 * (`SSSS`, `ESSS`, `EESS`, `EEES`, `EEEE`).
 *
 * @throws RangeError unless stages is a positive integer.
 */
export function allSplits(letters: readonly string[], stages: number): string[] {
  if (!(Number.isInteger(stages) && stages >= 1)) throw new RangeError(`stages(=${stages}) should be an integer >= 1`);
  if (stages === 1) return letters.toReversed();
  return letters
    .map((letter, first) => allSplits(letters.slice(first), stages - 1).map((rest) => letter + rest))
    .toReversed()
    .flat();
}

/** Number of splits that `allSplits` would list, C(nodes + stages - 1, stages), without listing them. */
export function countSplits(nodes: number, stages: number): number {
  let count = 1;
  for (let i = 1; i < nodes; i++) count = (count * (stages + i)) / i;
  return Math.round(count);
}

/**
 * Index of the first stage that stands before its predecessor's node in the direction of travel, or -1 if the split never
 * goes back. Letters that are not in `letters` are passed over.
 */
export function goesBackAt(split: string, letters: readonly string[]): number {
  let furthest = -1;
  return [...split].findIndex((letter) => {
    const node = letters.indexOf(letter);
    if (node === -1) return false;
    if (node < furthest) return true;
    furthest = node;
    return false;
  });
}

/** Every stage is on the same node. */
export function isHomogeneous(split: string): boolean {
  return [...split].every((letter) => letter === split[0]);
}

/** `monolith@E`: the plan's label when all stages share one process on the node of that letter. */
export function monolithLabel(letter: string): string {
  return MONOLITH + letter;
}

/** The letter of a monolith's label, or `null` for a split. */
export function monolithLetter(label: string): string | null {
  return label.startsWith(MONOLITH) ? label.slice(MONOLITH.length) : null;
}
