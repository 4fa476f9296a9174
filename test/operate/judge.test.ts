import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../sim/engine/random.ts";
import {
  type Candidate,
  failedToMove,
  freshMind,
  judge,
  type Mind,
  movedTo,
  RULES,
  type Rules,
} from "../../sim/operate/judge.ts";
import { gainOf } from "../../sim/operate/outlook.ts";

const better = (id: string, gain: number, changed: Partial<Candidate> = {}): Candidate => ({
  id,
  gain,
  interval: [gain / 2, 2 * gain],
  pause: 0.05,
  ...changed,
});

/** Judges until a verdict has been confirmed. */
function settled(candidates: readonly Candidate[], mind = freshMind(RULES), time = 0) {
  let verdict = judge(candidates, time, mind, RULES);
  for (let i = 1; i < RULES.confirm; i++) verdict = judge(candidates, time + i, verdict.mind, RULES);
  return verdict;
}

describe("a judge", () => {
  test.each([
    ["there is nothing else", [], "it is where it is best"],
    ["nothing is better", [better("A", -0.2)], "it is where it is best"],
    ["little is to be gained", [better("A", 0.09)], "less is to be gained than a move is worth"],
    ["it may be worse", [better("A", 0.5, { interval: [-0.01, 1] })], "it may just as well lose"],
    ["the pause takes longer", [better("A", 0.5, { pause: 21 })], "the pause costs more than is gained"],
  ])("stays where %s", (_, candidates, why) => {
    expect(settled(candidates)).toMatchObject({ to: null, why });
  });

  test("moves to the best, once it has been that as often as it takes", () => {
    const candidates = [better("A", 0.2), better("B", 0.3)];
    const once = judge(candidates, 0, freshMind(RULES), RULES);
    expect(once).toMatchObject({ to: null, best: { id: "B" }, why: "it is to be seen once more" });
    expect(judge(candidates, 1, once.mind, RULES).to?.id).toBe("B");
    const other = judge([better("A", 0.4)], 1, once.mind, RULES);
    expect(other.to).toBeNull();
  });

  test("stays for a while after a move, and for longer each time that it comes back", () => {
    const candidates = [better("A", 0.5)];
    let mind: Mind = movedTo(freshMind(RULES), "A", "B", 0, RULES);
    expect(settled(candidates, mind, RULES.dwell - 2).to).toBeNull();
    expect(settled(candidates, mind, RULES.dwell).to?.id).toBe("A");
    mind = movedTo(mind, "B", "A", 11, RULES);
    expect(mind.dwell).toBe(2 * RULES.dwell);
    mind = movedTo(mind, "A", "B", 32, RULES);
    expect(mind.dwell).toBe(4 * RULES.dwell);
    expect(movedTo(mind, "B", "C", 80, RULES).dwell).toBe(RULES.dwell);
  });
});

test("after a move that could not be made a judge waits for longer each time, until one can", () => {
  const candidates = [better("B", 0.5)];
  let mind = failedToMove(movedTo(freshMind(RULES), "C", "A", 0, RULES), 100);
  expect(mind).toMatchObject({ moved: { at: 100, from: "C" }, dwell: 2 * RULES.dwell });
  expect(settled(candidates, mind, 100 + 2 * RULES.dwell - 2).to).toBeNull();
  expect(settled(candidates, mind, 100 + 2 * RULES.dwell).to?.id).toBe("B");
  for (let i = 0; i < 20; i++) mind = failedToMove(mind, 200);
  expect(mind.dwell).toBe(600);
  expect(movedTo(mind, "A", "B", 900, RULES).dwell).toBe(RULES.dwell);
});

/** A world of placements whose figures are what they are, seen with noise; the judge's moves in it. */
function movesIn(truth: (time: number) => readonly number[], noise: number, seed: number, seconds: number): number[] {
  const rules: Rules = { ...RULES };
  const random = new RandomStream(seed, "world");
  let here = 0;
  let mind = freshMind(rules);
  const moves: number[] = [];
  for (let time = 0; time < seconds; time++) {
    const figures = truth(time);
    // Replications have common errors, and own ones.
    const seen = figures.map((figure) => {
      const level = figure * (1 + noise * random.normal());
      return Array.from({ length: 20 }, () => level * (1 + 0.02 * random.normal()));
    });
    const candidates = figures.flatMap((_, i) =>
      i === here ? [] : [{ id: String(i), ...gainOf(seen[here]!, seen[i]!), pause: 0.1 }],
    );
    const { to, mind: next } = judge(candidates, time, mind, rules);
    mind = next;
    if (to === null) continue;
    mind = movedTo(mind, String(here), to.id, time, rules);
    here = Number(to.id);
    moves.push(here);
  }
  return moves;
}

describe("what follows from judgements", () => {
  test("what does not change, seen with noise, is no reason to move more than once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 0.1, noNaN: true }), { minLength: 2, maxLength: 6 }),
        fc.integer(),
        (figures, seed) => {
          expect(movesIn(() => figures, 0.02, seed, 200).length).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  test("a step is followed, to the best that there is then, and back", () => {
    const at = (time: number) => (time < 50 ? [0.02, 0.05, 0.04] : time < 100 ? [0.2, 0.05, 0.04] : [0.02, 0.05, 0.04]);
    for (let seed = 0; seed < 20; seed++) expect(movesIn(at, 0.02, seed, 150)).toEqual([2, 0]);
  });
});
