import { describe, expect, test } from "vitest";
import { emulatedPace, heldTo, unheld } from "../../sim/model/costs.ts";
import { predict } from "../../sim/predict.ts";
import { line } from "./fixtures.ts";

/** One pod on an emulated node whose machine takes 4 times as long as its work here. */
const pods = (cpu: number) => line({ pods: [{ cpu }], nodes: [{ name: "edge", speed: 0.25 }], frames: 200 });

describe("a plan that has run at a pace", () => {
  const { plan, profile } = pods(0.25);
  const later = pods(0.5).profile;
  const held = heldTo(profile, plan);

  test("is predicted at that pace, whatever is measured later", () => {
    expect(predict(held, profile, 1).throughput).toBeCloseTo(1, 6);
    expect(predict(plan, later, 1).throughput).toBeCloseTo(0.5, 6);
    expect(predict(held, later, 1).throughput).toBeCloseTo(1, 6);
    expect(emulatedPace(held, 0, later)).toEqual(emulatedPace(plan, 0, profile));
  });

  test("is another again when nothing is settled", () => {
    expect(unheld(held)).toEqual(plan);
    expect(predict(unheld(held), later, 1).throughput).toBeCloseTo(0.5, 6);
  });

  test("on a real node has none", () => {
    const real = line({ pods: [{ cpu: 0.25 }], frames: 10 });
    expect(heldTo(real.profile, real.plan)).toEqual(real.plan);
  });
});
