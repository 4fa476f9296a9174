import fc from "fast-check";
import { expect, test } from "vitest";
import { everyLaw } from "../laws/traces.ts";
import { lines } from "./any-line.ts";
import { line, run } from "./fixtures.ts";

test("every simulated trace keeps the laws of traces", () => {
  fc.assert(
    fc.property(lines, (spec) => {
      const { trace } = run(spec);
      everyLaw(
        trace,
        line(spec).plan.hops.map(({ window }) => window),
      );
    }),
    { seed: 4, numRuns: 300 },
  );
});

test("every frame is acknowledged on every hop, and no resource is used more than there is of it", () => {
  fc.assert(
    fc.property(lines, (spec) => {
      const { trace, resources } = run(spec);
      for (const pod of trace.pods.slice(0, -1)) expect([...pod.acked].every(Number.isFinite)).toBe(true);
      for (const { value } of resources) {
        if (Number.isNaN(value)) expect(trace.pods.at(-1)!.end.at(-1)).toBe(0);
        else {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-9);
        }
      }
    }),
    { seed: 5, numRuns: 150 },
  );
});

test("a frame's work is drawn from the measured samples, all stages of a pod at once", () => {
  const { trace } = run({ pods: [{ stages: [[1, 2], [10, 20], 100] }], frames: 60 });
  const [pod] = trace.pods;
  const works = [...new Set(pod!.computeCpu)].sort((a, b) => a - b);
  expect(works).toEqual([111, 122]);
  for (let n = 0; n < 60; n++) expect(pod!.end[n]! - pod!.start[n]!).toBeCloseTo(pod!.computeCpu[n]!, 9);
});

test("message costs are on record: what a pod spends on receiving and sending", () => {
  const { trace } = run({ pods: [{ cpu: 1 }, { cpu: 3 }], receive: 0.25, send: 0.125, loopback: 0.5 });
  const [source, sink] = trace.pods;
  const sum = (column: Float64Array) => column.reduce((total, value) => total + value, 0);
  // The cost of what comes after the last compute is on no frame's record.
  expect(sum(sink!.receiveCpu)).toBeCloseTo(40 * 0.25, 9);
  expect(sum(source!.sendCpu)).toBeGreaterThan(37 * 0.125);
  expect(sum(source!.sendCpu)).toBeLessThanOrEqual(40 * 0.125 + 1e-9);
  expect(sum(source!.receiveCpu)).toBe(0);
  expect(sum(sink!.sendCpu)).toBe(0);
});
