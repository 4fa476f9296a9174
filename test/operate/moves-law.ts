import fc from "fast-check";
import { expect } from "vitest";
import { type Grouping, respects } from "../../sim/grouping.ts";
import { allSplits } from "../../sim/split.ts";
import { monolith, Output, opened, planAt, started } from "./pipeline.ts";

const GROUPINGS: Grouping[] = [[4], [1, 3], [2, 2], [3, 1], [1, 1, 2], [1, 2, 1], [2, 1, 1], [1, 1, 1, 1]];
const PLACES = allSplits(["E", "S"], 4).flatMap((split) =>
  GROUPINGS.filter((grouping) => respects(grouping, split)).map((grouping) => ({ split, grouping })),
);
const place = fc.constantFrom(...PLACES);
/** A pod is killed as one of a move's steps begins, and started afresh, at once or when others have given it up. */
const kill = fc.record({
  step: fc.constantFrom("deploys", "warms", "switches", "removes"),
  pod: fc.nat(3),
  away: fc.constantFrom(0, 4),
});
const move = fc.record({ to: place, killed: fc.option(kill, { freq: 1 }) });

/**
 * Whatever sequence of moves between splits and groupings a pipeline makes, saturated or at a rate, and whichever of its pods are killed
 * on the way: every frame is delivered once, in order, with the monolith's bytes.
 */
export async function movesLoseNothing(runs: number): Promise<void> {
  const bench = await opened();
  await fc.assert(
    fc.asyncProperty(
      place,
      fc.array(move, { minLength: 2, maxLength: 4 }),
      fc.constantFrom(0, 150, 400),
      async (first, moves, rate) => {
        const output = new Output();
        const { onFrame } = output;
        const operation = await started(planAt(bench, first.split, first.grouping, rate), { onFrame });
        try {
          for (const { to, killed } of moves) {
            let revived: Promise<unknown> = Promise.resolve();
            const { line, deployment } = operation;
            const onStep = (step: string) => {
              if (killed === null || !step.startsWith(killed.step)) return;
              const { name } = line.pods[killed.pod % line.pods.length]!;
              // One that has gone with the move is none to kill.
              revived = deployment.replace(name, "SIGKILL", killed.away).catch(() => {});
            };
            const moved = operation.migrate(planAt(bench, to.split, to.grouping, rate), onStep);
            const why = await moved.then(
              () => null,
              (error: Error) => error.message,
            );
            if (why !== null) expect(why).toMatch(/^the pipeline is at .* already$/);
            await revived;
          }
        } finally {
          await operation.stop();
        }
        expect(output.frames.length).toBe(operation.consumer.next);
        expect(output.frames).toEqual(monolith(output.frames.length));
      },
    ),
    { numRuns: runs, endOnFailure: true },
  );
}
