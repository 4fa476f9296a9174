import { describe, expect, test } from "vitest";
import type { Disturbance } from "../../sim/disturbance.ts";
import { deliveries, runDisturbed } from "./disturbed.ts";
import { apart, type LineSpec, run } from "./fixtures.ts";

/** Compares with a case solved by hand. */
function delivers(spec: LineSpec, disturbances: readonly Disturbance[], expected: readonly number[]): void {
  const times = deliveries(spec, disturbances);
  expect(times).toHaveLength(expected.length);
  times.forEach((time, n) => {
    expect(time, `frame ${n} of ${times}`).toBeCloseTo(expected[n]!, 9);
  });
}

describe("a link that loses bandwidth", () => {
  /** A frame a second: 0.1 s at the edge, 0.5 s on the link, 0.1 s at the server. */
  const spec: LineSpec = {
    ...apart({ bandwidth: 2000 }),
    pods: [{ cpu: 0.1 }, { cpu: 0.1, node: "server" }],
    bytes: 1000,
    frames: 8,
    windows: 8,
    rate: 1,
  };

  test.each([
    ["a share", { share: 0.5 }],
    ["bytes per second", { amount: 1000 }],
  ])("half of it from 2 s to 5 s, as %s", (_, bandwidth) => {
    // Frames 2 and 3 take 1 s; of frame 4, sent at 4.1 s, 100 bytes are left at 5 s.
    delivers(
      spec,
      [{ link: ["edge", "server"], bandwidth, from: 2, until: 5 }],
      [0.7, 1.7, 3.2, 4.2, 5.15, 5.7, 6.7, 7.7],
    );
    delivers(
      spec,
      [{ link: ["server", "edge"], bandwidth, from: 2, until: 5 }],
      [0.7, 1.7, 3.2, 4.2, 5.15, 5.7, 6.7, 7.7],
    );
  });

  test("cut in the middle of a frame: what was left of it comes when the link is back, then the others, one after the other", () => {
    // Frame 2 has sent 800 of its bytes by 2.5 s.
    delivers(
      spec,
      [{ link: ["edge", "server"], bandwidth: { share: 0 }, from: 2.5, until: 4.5 }],
      [0.7, 1.7, 4.7, 5.2, 5.7, 6.2, 6.7, 7.7],
    );
  });

  test("flows share what is left, and use no more than that", () => {
    const both = { ...spec, pods: [{ cpu: 0 }, { cpu: 0, node: "server" }], rate: 1000, frames: 4 };
    const { trace, resources } = runDisturbed(both, [
      { link: ["edge", "server"], bandwidth: { amount: 500 }, from: 1, until: 3 },
    ]);
    // 2000 bytes by 1 s, 1000 more by 3 s, the last 1000 by 3.5 s: all that would have fitted.
    expect([...trace.pods[1]!.end]).toEqual([0.5, 1, 3, 3.5].map((time) => expect.closeTo(time, 9)));
    expect(resources.find(({ kind }) => kind === "link")!.value).toBeCloseTo(1, 9);
  });

  test("one that no frame crosses changes nothing", () => {
    const here = { ...spec, pods: [{ cpu: 0.1 }, { cpu: 0.1 }] };
    const slow: Disturbance = { link: ["edge", "server"], bandwidth: { share: 0 }, from: 2, until: 5 };
    expect(deliveries(here, [slow])).toEqual(deliveries(here, []));
  });
});

describe("a node that is slower", () => {
  const half = (from: number, until: number): Disturbance => ({ node: "edge", speed: { share: 0.5 }, from, until });

  test("a real one: tasks that are there go on at half the speed, and at their own afterwards", () => {
    const spec: LineSpec = { pods: [{ cpu: 1 }], frames: 3, rate: 0.5 };
    // 0.5 s done by 0.5 s, 0.375 by 1.25 s, 0.125 left.
    delivers(spec, [half(0.5, 1.25)], [1.375, 3, 5]);
    delivers(spec, [{ node: "edge", speed: { amount: 0.5 }, from: 0.5, until: 1.25 }], [1.375, 3, 5]);
  });

  test("it takes its share of the host's cores for longer, and others theirs", () => {
    const nodes = [{ name: "edge" }, { name: "server" }];
    const spec: LineSpec = {
      nodes,
      hosts: { box: 1 },
      links: [{ between: ["edge", "server"] }],
      pods: [{ cpu: 1 }, { cpu: 1, node: "server" }],
      frames: 2,
      windows: 4,
    };
    const { trace, resources } = runDisturbed(spec, [half(1, 3)]);
    // From 1 s on both have half of the core: the server's is done at 3 s, when half of the edge's second frame is left.
    expect([...trace.pods[0]!.end]).toEqual([1, 3.5].map((time) => expect.closeTo(time, 9)));
    expect([...trace.pods[1]!.end]).toEqual([3, 4.5].map((time) => expect.closeTo(time, 9)));
    expect(resources[0]!.value).toBeCloseTo(1, 9);
  });

  test("an emulated one: the machine that it stands for is", () => {
    const spec: LineSpec = { nodes: [{ name: "edge", speed: 0.5 }], pods: [{ cpu: 1 }], frames: 3, rate: 0.25 };
    // Of 2 s of work 1 is done by 1 s, half a second of it by 2 s, the rest by 2.5 s. Its host does not work for longer.
    delivers(spec, [half(1, 2)], [2.5, 6, 10]);
    delivers(spec, [{ node: "edge", speed: { amount: 0.25 }, from: 1, until: 2 }], [2.5, 6, 10]);
    const used = (disturbances: readonly Disturbance[]) => {
      const { trace, resources } = runDisturbed(spec, disturbances);
      return resources[0]!.value * trace.pods[0]!.end.at(-1)!;
    };
    expect(used([half(1, 2)])).toBeCloseTo(used([]), 9);
  });

  test.each([1, 0.5])("workers are too, at a speed of %d", (speed) => {
    const spec: LineSpec = {
      nodes: [{ name: "edge", speed }],
      pods: [{ cpu: speed }],
      frames: 4,
      workers: { count: 2 },
    };
    // Both begin at 0: half done by 0.5 s, a quarter more by 1 s.
    delivers(spec, [half(0.5, 1)], [1.25, 1.25, 2.25, 2.25]);
  });

  test("one with a quota uses it up at the same pace, and gets less done", () => {
    const spec: LineSpec = { nodes: [{ name: "edge", cpus: 0.5 }], pods: [{ cpu: 0.1 }], frames: 1 };
    delivers(spec, [], [0.15]);
    // 0.05 in the first period is half of it; at half the speed 0.025 in the second and in the third.
    delivers(spec, [half(0.06, 9)], [0.25]);
  });
});

describe("a pod that is killed and started again", () => {
  /** A frame every 2 s: 0.1 s and 0.2 s at the edge, 1 s on the link and 0.1 s of delay, 0.1 s at the server: 1.5 s. */
  const spec: LineSpec = {
    ...apart({ bandwidth: 1000, delay: 0.1 }),
    pods: [{ cpu: 0.1 }, { cpu: 0.2 }, { cpu: 0.1, node: "server" }],
    bytes: 1000,
    frames: 7,
    windows: 4,
    rate: 0.5,
  };
  const killed = (pod: number, at: number, restart: number): Disturbance => ({ pod: `stage-${pod}-0`, restart, at });

  test("in the middle: what it computes is computed again, what the one before has not heard of is sent again", () => {
    // At 7.15 s it asks for frame 2, which it was at; frame 3 has waited; the link carries one a second.
    delivers(spec, [killed(1, 4.15, 3)], [1.5, 3.5, 8.55, 9.55, 10.55, 11.55, 13.5]);
  });

  test("while what it passed on is on the link: that is lost, too", () => {
    // Frame 2 left it at 4.3 s, and is asked for again at 5 s.
    delivers(spec, [killed(1, 4.5, 0.5)], [1.5, 3.5, 5 + 0.2 + 1.2, 7.5, 9.5, 11.5, 13.5]);
  });

  test("once that has arrived: it goes on with the next frame", () => {
    delivers(spec, [killed(1, 5.41, 0.5)], [1.5, 3.5, 5.5, 7.5, 9.5, 11.5, 13.5]);
  });

  test("the last one: it asks across the link for what it has not delivered", () => {
    // Frame 2 was handed over at 4.3 s, to nobody. The question takes 0.1 s.
    delivers(spec, [killed(2, 4.15, 3)], [1.5, 3.5, 7.15 + 0.1 + 1.2, 9.45, 10.45, 11.5, 13.5]);
  });

  test("the source: frames come due from then on, at its pace", () => {
    delivers(spec, [killed(0, 4.15, 3)], [1.5, 3.5, 5.5, 7.15 + 1.5, 9.15 + 1.5, 11.15 + 1.5, 13.15 + 1.5]);
    const { scheduled } = runDisturbed(spec, [killed(0, 4.15, 3)]).trace;
    expect([...scheduled]).toEqual([0, 2, 4, 7.15, 9.15, 11.15, 13.15].map((time) => expect.closeTo(time, 9)));
  });

  test("a saturated source: everything after is as if shifted", () => {
    const two: LineSpec = { pods: [{ cpu: 1 }, { cpu: 0.5 }], frames: 20 };
    const calm = deliveries(two, []);
    // What it had done of a frame is done again.
    for (const done of [0.25, 0.75]) {
      const shifted = calm.map((time, n) => (n < 5 ? time : time + done + 2.5));
      delivers(two, [killed(0, 5 + done, 2.5)], shifted);
    }
  });

  test("all of them at once, each at its time: the first serves when the last asks", () => {
    delivers(
      spec,
      [killed(1, 4.15, 3), killed(0, 4.65, 3), killed(2, 4.65, 5)],
      // The last is there at 9.65 s, its question 0.1 s later at pod 1, which has nothing: frame 2 comes due then.
      [1.5, 3.5, 11.15, 13.15, 15.15, 17.15, 19.15],
    );
  });

  test("a node with all its pods: as those at once, wherever they are", () => {
    const all = deliveries(spec, [killed(0, 4.15, 3), killed(1, 4.15, 3)]);
    expect(deliveries(spec, [{ node: "edge", restart: 3, at: 4.15 }])).toEqual(all);
    // Frame 2 is lost with both, and comes due again at 7.15 s.
    delivers(spec, [{ node: "edge", restart: 3, at: 4.15 }], [1.5, 3.5, 8.65, 10.65, 12.65, 14.65, 16.65]);
    const none = { ...spec, pods: [{ cpu: 0.1 }] };
    expect(deliveries(none, [{ node: "server", restart: 3, at: 4.15 }])).toEqual(deliveries(none, []));
  });

  test("twice, and again before it was there", () => {
    delivers(spec, [killed(1, 4.15, 1), killed(1, 5.2, 1.95)], [1.5, 3.5, 8.55, 9.55, 10.55, 11.55, 13.5]);
  });

  test("a window that was full does not stay so: what was delivered is said again", () => {
    const tight: LineSpec = { ...spec, windows: 1 };
    for (let at = 0.05; at < 8; at += 0.1) {
      for (const pod of [0, 1, 2]) {
        const times = deliveries(tight, [killed(pod, at, 0.7)]);
        expect(times.every(Number.isFinite), `pod ${pod} at ${at}: ${times}`).toBe(true);
      }
    }
  });
});

describe("a burst", () => {
  test("so many frames are due at once, the others when they would be, as many as the run has", () => {
    const spec: LineSpec = { pods: [{ cpu: 0.25 }], frames: 8, rate: 1 };
    const { trace } = runDisturbed(spec, [{ burst: 4, at: 1.5 }]);
    expect([...trace.scheduled]).toEqual([0, 1, 1.5, 1.5, 1.5, 1.5, 2, 3]);
    expect([...trace.pods[0]!.end]).toEqual([0.25, 1.25, 1.75, 2, 2.25, 2.5, 2.75, 3.25]);
  });

  test("keeps its time when the source was started again before, unless it was to come meanwhile", () => {
    const spec: LineSpec = { pods: [{ cpu: 0.25 }], frames: 9, rate: 1 };
    const times = (at: number) =>
      runDisturbed(spec, [
        { burst: 3, at },
        { pod: "stage-0-0", restart: 1.5, at: 1.75 },
      ]).trace.scheduled;
    // Frame 2 was due at 2 s: it comes at 3.25 s, and those after it at 4.25 s, 5.25 s and so on.
    expect([...times(4.5)]).toEqual([0, 1, 3.25, 4.25, 4.5, 4.5, 4.5, 5.25, 6.25]);
    expect([...times(2.5)]).toEqual([0, 1, 3.25, 3.25, 3.25, 3.25, 4.25, 5.25, 6.25]);
  });

  test("is nothing where there is always a frame due", () => {
    const spec: LineSpec = { pods: [{ cpu: 0.25 }], frames: 8 };
    expect(deliveries(spec, [{ burst: 4, at: 1.5 }])).toEqual(deliveries(spec, []));
  });
});

describe("where nothing happens", () => {
  const spec: LineSpec = {
    ...apart({ bandwidth: 3000, delay: 0.05, residuals: [0, 0.01, 0.3], cpuPerByte: 1e-5 }),
    pods: [{ cpu: [0.1, 0.3, 0.2] }, { cpu: [0.2, 0.25] }, { cpu: [0.1, 0.5], node: "server" }],
    lateness: [0, 0.02],
    acknowledgement: [0.01, 0.02],
    frames: 100,
  };
  const later: Disturbance[] = [
    { link: ["edge", "server"], bandwidth: { share: 0 }, from: 1e4, until: 2e4 },
    { node: "edge", speed: { share: 0.1 }, from: 1e4, until: 2e4 },
    { node: "server", speed: { share: 0.1 }, from: 1e4, until: 2e4 },
    { pod: "stage-1-0", restart: 1, at: 1e4 },
  ];

  test.each([undefined, 1.5])("until long after the run: the same bytes, at a rate of %s", (rate) => {
    const more = rate === undefined ? {} : { rate };
    const calm = run({ ...spec, ...more });
    const disturbed = runDisturbed({ ...spec, ...more }, later);
    expect(disturbed.trace).toEqual(calm.trace);
    disturbed.resources.forEach(({ value }, i) => {
      expect(value).toBeCloseTo(calm.resources[i]!.value, 2);
    });
  });
});
