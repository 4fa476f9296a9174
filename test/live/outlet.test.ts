import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { type HopCall, Outlet } from "../../live/stage/outlet.ts";

/** A stream that takes a frame when it is told that the one before has left. */
class SlowCall {
  readonly taken: unknown[] = [];
  #left: (() => void) | null = null;

  write(message: unknown, left: () => void): void {
    expect(this.#left).toBeNull();
    this.taken.push(message);
    this.#left = left;
  }

  leave(): void {
    const left = this.#left;
    this.#left = null;
    left?.();
  }
}

function outletTo(call: SlowCall, window: number) {
  const told: string[] = [];
  const outlet = new Outlet(
    {
      shape: { height: 1, width: 4, channels: 1, element: "uint8" },
      window,
      first: 0,
      frames: 9,
      servers: 1,
      buffer: null,
    },
    {
      sent: (sequence) => told.push(`sent ${sequence}`),
      written: () => told.push("written"),
      acknowledged: (first, next) => told.push(`acknowledged ${first}-${next - 1}`),
      dropped: () => {},
    },
  );
  outlet.attach(call as unknown as HopCall, 0);
  return { outlet, told };
}

test("a frame is handed over in a turn after the one before has left, so that acknowledgements are heard in between", async () => {
  const call = new SlowCall();
  const { outlet, told } = outletTo(call, 3);
  for (let sequence = 0; sequence < 3; sequence++) outlet.offer(outlet.claim(), sequence);
  expect(told).toEqual(["sent 0", "written", "sent 1", "sent 2"]);
  call.leave();
  // What has come by now is read first.
  expect(call.taken).toHaveLength(1);
  outlet.acknowledge(1);
  await turn();
  expect(told.slice(4)).toEqual(["acknowledged 0-0", "written"]);
  call.leave();
  await turn();
  expect(call.taken).toHaveLength(3);
});

test("what a stream has not taken goes to the one that takes its place, in order, and nothing to the one that is gone", async () => {
  const gone = new SlowCall();
  const { outlet } = outletTo(gone, 4);
  const frames = Array.from({ length: 3 }, (_, sequence) => {
    const frame = outlet.claim();
    outlet.offer(frame, sequence);
    return frame;
  });
  outlet.lost(gone as unknown as HopCall);
  gone.leave();
  await turn();
  expect(gone.taken).toEqual([frames[0]]);
  const call = new SlowCall();
  outlet.attach(call as unknown as HopCall, 0);
  for (let i = 0; i < 3; i++, await turn()) call.leave();
  expect(call.taken).toHaveLength(3);
  for (const [i, frame] of frames.entries()) expect(call.taken[i]).toBe(frame);
});
