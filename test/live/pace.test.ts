import { expect, test } from "vitest";
import { now } from "../../live/stage/clock.ts";
import { Pace } from "../../live/stage/pace.ts";

const HELD = { receive: 0, compute: 4e-3, compress: 0, send: 0 };

test("waiting for a frame's time is no lead: the next frame is held for as long as every other", () => {
  const pace = new Pace();
  pace.reset(HELD);
  const begin = now() + 1e-3;
  for (let frame = 0; frame < 10; frame++) {
    // The machine is done with a frame before the next is due.
    const due = begin + frame * 2 * HELD.compute;
    pace.wait(due);
    pace.settleMessages();
    pace.settleCompute();
    // A sleep may be too long, never too short.
    expect(now()).toBeGreaterThanOrEqual(due + HELD.compute);
  }
});
