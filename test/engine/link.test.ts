import fc from "fast-check";
import { expect, test } from "vitest";
import { Link, Scheduler } from "./scheduler.ts";

interface Sending {
  readonly flow: number;
  readonly at: number;
  readonly bytes: number;
}

/** When each message has left and arrived. */
function transmit(bandwidth: number, delay: number, caps: readonly number[], sendings: readonly Sending[]) {
  const scheduler = new Scheduler();
  const link = new Link(scheduler, bandwidth, delay);
  const flows = caps.map((cap) => link.flow(cap));
  const left = sendings.map(() => Number.NaN);
  const arrived = sendings.map(() => Number.NaN);
  sendings.forEach(({ flow, at, bytes }, n) => {
    scheduler.at(at, () =>
      flows[flow]!.send(
        bytes,
        () => {
          left[n] = scheduler.now;
        },
        () => {
          arrived[n] = scheduler.now;
        },
      ),
    );
  });
  scheduler.run();
  return { left, arrived, carried: link.carried };
}

/** Max-min fair rates by raising all of them together until each is stopped by its cap or the bandwidth is used up. */
function progressiveFilling(bandwidth: number, caps: readonly number[]): number[] {
  const rates = caps.map(() => 0);
  const rising = new Set(caps.keys());
  let free = bandwidth;
  while (rising.size > 0) {
    const step = Math.min(free / rising.size, ...[...rising].map((flow) => caps[flow]! - rates[flow]!));
    for (const flow of rising) rates[flow]! += step;
    free -= step * rising.size;
    if (free <= 1e-12 * bandwidth) break;
    for (const flow of [...rising]) if (rates[flow]! >= caps[flow]! * (1 - 1e-12)) rising.delete(flow);
  }
  return rates;
}

/** Fluid model, from one change to the next: when each message has left. */
function fluid(bandwidth: number, caps: readonly number[], sendings: readonly Sending[]): number[] {
  const left = sendings.map(() => Number.NaN);
  const rest = sendings.map(({ bytes }) => bytes);
  const queues = caps.map((): number[] => []);
  let now = 0;
  let next = 0;
  for (;;) {
    const active = queues.flatMap((queue, flow) => (queue.length > 0 ? [flow] : []));
    if (active.length === 0 && next === sendings.length) return left;
    const rates = progressiveFilling(
      bandwidth,
      active.map((flow) => caps[flow]!),
    );
    const ends = active.map((flow, i) => now + rest[queues[flow]![0]!]! / rates[i]!);
    const end = Math.min(...ends, sendings[next]?.at ?? Number.POSITIVE_INFINITY);
    active.forEach((flow, i) => {
      const head = queues[flow]![0]!;
      rest[head]! -= rates[i]! * (end - now);
      if (rest[head]! > 1e-9) return;
      left[head] = end;
      queues[flow]!.shift();
    });
    now = end;
    while (sendings[next]?.at === now) queues[sendings[next]!.flow]!.push(next++);
  }
}

test("three flows, one capped, solved by hand", () => {
  const all = [4, 8, 16].map((bytes, flow) => ({ flow, at: 0, bytes }));
  // 10 B/s as 2 + 4 + 4: the first two are through at 2 s, the third then has 8 bytes left and 10 B/s.
  const { left, arrived, carried } = transmit(10, 0.5, [2, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], all);
  expect(left).toEqual([2, 2, 2.8]);
  expect(arrived).toEqual([2.5, 2.5, 3.3]);
  expect(carried).toBe(28);
});

test("a cap alone, and a share that is freed and taken while a message is under way", () => {
  expect(transmit(10, 1, [4], [{ flow: 0, at: 0, bytes: 8 }]).arrived).toEqual([3]);
  const two = [
    { flow: 0, at: 0, bytes: 30 },
    { flow: 1, at: 1, bytes: 10 },
  ];
  // 10 bytes in the first second, then 5 B/s each until the other is through at 3 s; the last 10 bytes take 1 s.
  expect(transmit(10, 0, [100, 100], two).left).toEqual([4, 3]);
});

test("messages of a flow leave first in first out, whatever their sizes", () => {
  const sizes = [5, 0, 10, 1, 0];
  const sendings = sizes.map((bytes) => ({ flow: 0, at: 0, bytes }));
  expect(transmit(10, 1, [Number.POSITIVE_INFINITY], sendings).left).toEqual([0.5, 0.5, 1.5, 1.6, 1.6]);
  const scheduler = new Scheduler();
  const flow = new Link(scheduler, Number.POSITIVE_INFINITY, 0).flow();
  const seen: string[] = [];
  sizes.forEach((bytes, n) => {
    flow.send(
      bytes,
      () => seen.push(`left ${n}`),
      () => seen.push(`arrived ${n}`),
    );
  });
  expect([flow.backlog, seen.length]).toEqual([5, 0]);
  scheduler.run();
  expect(seen.filter((what) => what.startsWith("left"))).toEqual(sizes.map((_, n) => `left ${n}`));
  expect(seen.filter((what) => what.startsWith("arrived"))).toEqual(sizes.map((_, n) => `arrived ${n}`));
  expect(
    seen.every((what, i) => !what.startsWith("arrived") || seen.indexOf(what.replace("arrived", "left")) < i),
  ).toBe(true);
  expect(flow.backlog).toBe(0);
});

test("without a limit a message takes the delay only, and a capped flow still its cap", () => {
  const sendings = [
    { flow: 0, at: 1, bytes: 1e9 },
    { flow: 1, at: 1, bytes: 50 },
    { flow: 0, at: 2, bytes: 7 },
  ];
  const { arrived, carried } = transmit(Number.POSITIVE_INFINITY, 0.25, [Number.POSITIVE_INFINITY, 100], sendings);
  expect(arrived).toEqual([1.25, 1.75, 2.25]);
  expect(carried).toBe(1e9 + 57);
});

test("carried grows while a message leaves", () => {
  const scheduler = new Scheduler();
  const link = new Link(scheduler, 10, 3);
  link.flow().send(
    20,
    () => {},
    () => {},
  );
  scheduler.run(0.5);
  expect(link.carried).toBe(5);
  scheduler.run(2.5);
  expect(link.carried).toBe(20);
});

test("a message sent when the one before has left goes straight on", () => {
  const scheduler = new Scheduler();
  const link = new Link(scheduler, 10, 0);
  const flow = link.flow();
  const left: number[] = [];
  const send = () => {
    left.push(scheduler.now);
    if (left.length < 4) flow.send(10, send, () => {});
  };
  flow.send(10, send, () => {});
  scheduler.run();
  expect(left).toEqual([1, 2, 3, 4]);
});

test("any sendings agree with the fluid model", () => {
  const sending = fc.record({ flow: fc.nat(3), gap: fc.nat(8), bytes: fc.integer({ min: 1, max: 100 }) });
  const cap = fc.constantFrom(1, 2, 3, 5, 8, 1000);
  fc.assert(
    fc.property(
      fc.array(sending, { minLength: 1, maxLength: 25 }),
      fc.tuple(cap, cap, cap, cap),
      fc.constantFrom(1, 4, 10, 16),
      (list, caps, bandwidth) => {
        let now = 0;
        const sendings = list.map(({ flow, gap, bytes }) => {
          now += gap;
          return { flow, at: now, bytes };
        });
        const expected = fluid(bandwidth, caps, sendings);
        const { left, arrived, carried } = transmit(bandwidth, 2, caps, sendings);
        left.forEach((time, n) => {
          expect(time).toBeCloseTo(expected[n]!, 7);
          expect(arrived[n]).toBe(time + 2);
        });
        expect(carried).toBe(list.reduce((sum, { bytes }) => sum + bytes, 0));
      },
    ),
    { seed: 7, numRuns: 300 },
  );
});

test("errors carry the value", () => {
  const scheduler = new Scheduler();
  const nothing = () => {};
  expect(() => new Link(scheduler, 0, 0)).toThrow("bandwidth(=0)");
  const link = new Link(scheduler, 1, 0);
  expect(() => link.flow(0)).toThrow("cap(=0)");
  expect(() => link.flow().send(-1, nothing, nothing)).toThrow("bytes(=-1)");
});
