import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { capacity, causality, conservation, everyLaw, littlesLaw, order } from "../laws/traces.ts";
import { altered, traceOfLine } from "./line.ts";

/**
 * Three pods, four frames, by hand. With windows of 2 and delays of 1 s each way:
 * source makes a frame every 2 s from 0 to 6, computes 1; middle computes 2, last 3.
 */
const LINE = {
  scheduled: [0, 2, 4, 6],
  services: [
    [1, 1, 1, 1],
    [2, 2, 2, 2],
    [3, 3, 3, 3],
  ],
  windows: [2, 2],
  delays: [1, 1],
};
const good = traceOfLine(LINE);

/** The same on clocks that are 100 s behind and 7 s ahead, known within 10 ms. */
const skewed = traceOfLine({
  scheduled: [0, 2, 4, 6],
  services: [
    [1, 1, 1, 1],
    [2, 2, 2, 2],
    [3, 3, 3, 3],
  ],
  windows: [2, 2],
  delays: [1, 1],
  clocks: [
    { seconds: 0, bound: 0 },
    { seconds: 100, bound: 0.01 },
    { seconds: -7, bound: 0.01 },
  ],
});

/** The same with 1, 2 and 3 workers, of which one has work. */
const crewed = traceOfLine({ ...LINE, workers: [1, 2, 3] });

test("the hand-made trace is what it is meant to be, and keeps every law", () => {
  const [source, middle, last] = good.pods;
  expect([...source!.sent]).toEqual([1, 3, 10, 13]);
  expect([...middle!.start]).toEqual([2, 4, 11, 14]);
  expect([...last!.end]).toEqual([8, 11, 17, 20]);
  expect([...source!.acked]).toEqual([10, 13, 19, 22]);
  for (const trace of [good, skewed, crewed]) everyLaw(trace, [2, 2]);
});

test("every line that the max-plus recursion makes keeps every law", () => {
  const time = fc.double({ min: 0, max: 3, noNaN: true });
  const lines = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 30 })).chain(([pods, frames]) => {
    const column = fc.array(time, { minLength: frames, maxLength: frames });
    const hops = { minLength: pods - 1, maxLength: pods - 1 };
    const clock = fc.record({ seconds: fc.double({ min: -1e4, max: 1e4, noNaN: true }), bound: fc.constant(1e-9) });
    return fc.record({
      gaps: column,
      services: fc.array(column, { minLength: pods, maxLength: pods }),
      windows: fc.array(fc.integer({ min: 1, max: 4 }), hops),
      delays: fc.array(time, hops),
      clocks: fc.array(clock, { minLength: pods, maxLength: pods }),
      workers: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: pods, maxLength: pods }),
    });
  });
  fc.assert(
    fc.property(lines, ({ gaps, ...line }) => {
      let now = 0;
      const scheduled = gaps.map((gap) => {
        now += gap;
        return now;
      });
      everyLaw(traceOfLine({ scheduled, ...line }), line.windows);
    }),
    { seed: 17, numRuns: 200 },
  );
});

describe("order", () => {
  test("frames that start out of turn", () => {
    const bad = altered(altered(good, 1, "start", 1, 12), 1, "start", 2, 10);
    expect(() => order(bad)).toThrow("order: line: pod pod-1: start of frame 2 (10) is before frame 1 (12)");
  });

  test("several workers may stamp their starts out of turn, one may not", () => {
    order(altered(crewed, 1, "start", 1, 12));
    expect(() => order(altered(crewed, 0, "start", 1, 12))).toThrow(
      "order: line: pod pod-0: start of frame 2 (4) is before frame 1 (12)",
    );
  });

  test("what workers ended is noticed out of turn", () => {
    expect(() => order(altered(crewed, 1, "noticed", 1, 14))).toThrow(
      "order: line: pod pod-1: noticed of frame 2 (13) is before frame 1 (14)",
    );
  });

  test("acknowledgements out of turn", () => {
    expect(() => order(altered(good, 0, "acked", 2, 12.5))).toThrow("acked of frame 2 (12.5) is before frame 1 (13)");
  });

  test("a missing frame does not hide that its neighbours are out of turn", () => {
    const bad = altered(altered(good, 2, "start", 1, Number.NaN), 2, "start", 2, 4);
    expect(() => order(bad)).toThrow("pod pod-2: start of frame 2 (4) is before frame 0 (5)");
  });
});

describe("conservation", () => {
  test("a lost frame", () => {
    const bad = altered(good, 1, "sent", 3, Number.NaN);
    expect(() => conservation(bad)).toThrow("conservation: line: pod pod-1: frame 3 was lost: it has no sent");
  });

  test("a frame that workers ended and nobody noticed, and one noticed where there are none", () => {
    expect(() => conservation(altered(crewed, 1, "noticed", 2, Number.NaN))).toThrow(
      "conservation: line: pod pod-1: frame 2 was lost: it has no noticed",
    );
    expect(() => conservation(altered(good, 1, "noticed", 2, 13))).toThrow(
      "conservation: line: pod pod-1: frame 2 has noticed, which can't happen without workers",
    );
    const longer = {
      ...crewed,
      pods: crewed.pods.map((pod) => ({ ...pod, noticed: Float64Array.of(...pod.end, 30) })),
    };
    expect(() => conservation(longer)).toThrow("5 values of noticed for 4 frames");
  });

  test("a frame from nowhere", () => {
    const bad = altered(good, 0, "scheduled", 2, Number.NaN);
    expect(() => conservation(bad)).toThrow("pod pod-0: frame 2 never entered, but has start");
  });

  test("a frame that leaves twice, and one that enters twice", () => {
    expect(() => conservation(altered(good, 2, "sent", 0, 9))).toThrow(
      "frame 0 has sent, which can't happen at the last pod",
    );
    expect(() => conservation(altered(good, 0, "arrived", 1, 1))).toThrow(
      "frame 1 has arrived, which can't happen at the first",
    );
    const longer = { ...good, pods: good.pods.map((pod) => ({ ...pod, end: Float64Array.of(...pod.end, 30) })) };
    expect(() => conservation(longer)).toThrow("5 values of end for 4 frames");
    expect(() => conservation({ ...good, scheduled: good.scheduled.subarray(1) })).toThrow("3 scheduled of 4 frames");
  });
});

describe("causality", () => {
  test.each([
    [0, "scheduled", 1, 2.5, "start at pod-0 (2) comes 0.5 s before scheduled at pod-0 (2.5)"],
    [1, "decoded", 0, 2.5, "start at pod-1 (2) comes 0.5 s before decoded at pod-1 (2.5)"],
    [1, "arrived", 0, 2.5, "decoded at pod-1 (2) comes 0.5 s before arrived at pod-1 (2.5)"],
    [2, "end", 0, 4.5, "end at pod-2 (4.5) comes 0.5 s before start at pod-2 (5)"],
    [0, "sent", 0, 0.5, "sent at pod-0 (0.5) comes 0.5 s before end at pod-0 (1)"],
    [0, "sent", 0, 1.875, "arrived at pod-1 (1.75) comes 0.125 s before sent at pod-0 (1.875)"],
    [1, "acked", 0, 7.5, "acked at pod-1 (7.5) comes 0.5 s before end at pod-2 (8)"],
    [0, "acked", 0, 8.5, "acked at pod-0 (8.5) comes 0.5 s before acked at pod-1 (9)"],
  ] as const)("pod %i %s of frame %i at %d", (pod, stamp, frame, time, message) => {
    expect(() => causality(altered(good, pod, stamp, frame, time))).toThrow(`frame ${frame}: ${message}`);
  });

  test.each([
    [1, "end", 0, 4.5, "noticed at pod-1 (4) comes 0.5 s before end at pod-1 (4.5)"],
    [1, "noticed", 0, 4.5, "sent at pod-1 (4) comes 0.5 s before noticed at pod-1 (4.5)"],
    [2, "noticed", 0, 9.5, "acked at pod-1 (9) comes 0.5 s before noticed at pod-2 (9.5)"],
  ] as const)("with workers: pod %i %s of frame %i at %d", (pod, stamp, frame, time, message) => {
    expect(() => causality(altered(crewed, pod, stamp, frame, time))).toThrow(`frame ${frame}: ${message}`);
  });

  test("times of two clocks are compared within their bounds only", () => {
    // Sent at 1 on a clock without offset; the arrival on a clock 100 s behind may seem up to 10 ms early.
    causality(altered(skewed, 1, "arrived", 0, 1 - 100 - 0.009));
    expect(() => causality(altered(skewed, 1, "arrived", 0, 1 - 100 - 0.02))).toThrow("clocks agree within 0.01 s");
    // Within one clock there is no such excuse.
    expect(() => causality(altered(skewed, 1, "end", 0, skewed.pods[1]!.start[0]! - 0.001))).toThrow("within 0 s");
  });
});

describe("capacity", () => {
  test("computes that overlap", () => {
    expect(() => capacity(altered(good, 2, "end", 0, 8.5), [2, 2])).toThrow(
      "capacity: line: pod pod-2: computes overlap: frame 1 starts at 8, while frame 0 runs until 8.5",
    );
    expect(() => capacity(altered(good, 2, "end", 0, Number.NaN), [2, 2])).toThrow("runs until NaN");
  });

  test("more computes at a time than workers", () => {
    // The last pod computes from 5 to 8, 8 to 11, 14 to 17, 17 to 20, and has 3 workers.
    const three = altered(altered(crewed, 2, "end", 0, 19), 2, "end", 1, 18);
    capacity(three, [2, 2]);
    expect(() => capacity(altered(three, 2, "end", 2, 17.5), [2, 2])).toThrow(
      "capacity: line: pod pod-2: computes overlap: frame 3 starts at 17, while frame 0 runs until 19, " +
        "frame 1 runs until 18, frame 2 runs until 17.5",
    );
    capacity(altered(crewed, 1, "end", 0, Number.NaN), [2, 2]);
    expect(() => capacity(altered(crewed, 0, "end", 0, 2.5), [2, 2])).toThrow(
      "pod pod-0: computes overlap: frame 1 starts at 2, while frame 0 runs until 2.5",
    );
  });

  test("more frames in flight than the window", () => {
    expect(() => capacity(good, [1, 2])).toThrow("pod pod-0: 2 frames unacknowledged at 3, the window is 1");
    expect(() => capacity(altered(good, 0, "sent", 2, 9.5), [2, 2])).toThrow("3 frames unacknowledged at 9.5");
    expect(() => capacity(altered(good, 0, "acked", 0, Number.NaN), [2, 2])).toThrow("3 frames unacknowledged at 10");
  });

  test("windows must be those of the hops", () => {
    expect(() => capacity(good, [2])).toThrow("1 windows for 2 hops");
  });
});

describe("Little's law", () => {
  test("a frame that never leaves", () => {
    expect(() => littlesLaw(altered(good, 2, "end", 3, Number.NaN))).toThrow(
      "littlesLaw: line: the system: frame 3 entered at 6 and left at NaN: the run does not start and end empty",
    );
  });

  test("a frame that leaves a pod before it has come", () => {
    expect(() => littlesLaw(altered(good, 1, "sent", 0, 1.25))).toThrow(
      "pod pod-1: 1 frames have left at 1.25, but the one that makes 1 enters at 1.75",
    );
  });

  test("a time that is infinite", () => {
    expect(() => littlesLaw(altered(good, 2, "end", 3, Number.POSITIVE_INFINITY))).toThrow(
      "the system: the number present",
    );
  });
});
