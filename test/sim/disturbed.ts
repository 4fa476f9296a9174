import fc from "fast-check";
import type { Arrivals, Disturbance } from "../../sim/disturbance.ts";
import { costsOf } from "../../sim/model/costs.ts";
import type { Plan } from "../../sim/plan.ts";
import { type SimulatedRun, simulate } from "../../sim/simulate.ts";
import { type LineSpec, line } from "./fixtures.ts";

export const time = fc.double({ min: 0, max: 30, noNaN: true });
export const length = fc.double({ min: 0.01, max: 20, noNaN: true });
export const share = fc.double({ min: 0.05, max: 1, noNaN: true });

/** Up to four things that happen to a line, none to the same thing twice at once. */
export function happenings({ pods }: LineSpec): fc.Arbitrary<Disturbance[]> {
  const link = fc
    .record({ from: time, length, share: fc.oneof(share, fc.constant(0)) })
    .map(({ from, length, share }): Disturbance => {
      return { link: ["edge", "server"], bandwidth: { share }, from, until: from + length };
    });
  const node = (name: string) =>
    fc.record({ from: time, length, share }).map(({ from, length, share }): Disturbance => {
      return { node: name, speed: { share }, from, until: from + length };
    });
  const restart = fc
    .record({ pod: fc.nat(pods.length - 1), restart: length, at: time })
    .map(({ pod, ...rest }): Disturbance => ({ pod: `stage-${pod}-0`, ...rest }));
  const fall = fc
    .record({ node: fc.constantFrom("edge", "server"), restart: length, at: time })
    .map((one): Disturbance => one);
  const burst: fc.Arbitrary<Disturbance> = fc.record({ burst: fc.integer({ min: 1, max: 10 }), at: time });
  const maybe = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 1 });
  return fc
    .tuple(
      maybe(link),
      maybe(node("edge")),
      maybe(node("server")),
      fc.array(fc.oneof(restart, fall), { maxLength: 3 }),
      maybe(burst),
    )
    .map((all) => all.flat());
}

/** The plan of a line in which something happens. */
export function disturbedPlan(spec: LineSpec, disturbances: readonly Disturbance[], arrivals?: Arrivals): Plan {
  const { plan } = line(spec);
  return {
    ...plan,
    workload: { ...plan.workload, ...(arrivals && { arrivals }) },
    ...(disturbances.length > 0 && { disturbances }),
  };
}

/** Runs it with the calibration's samples as they are. */
export function runDisturbed(
  spec: LineSpec,
  disturbances: readonly Disturbance[],
  arrivals?: Arrivals,
  replication = 0,
): SimulatedRun {
  const plan = disturbedPlan(spec, disturbances, arrivals);
  return simulate(plan, costsOf(plan, line(spec).profile, null), replication);
}

/** When each frame is delivered, seconds. */
export function deliveries(spec: LineSpec, disturbances: readonly Disturbance[]): number[] {
  return [...runDisturbed(spec, disturbances).trace.pods.at(-1)!.end];
}
