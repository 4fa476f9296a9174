import { RandomStream } from "../../sim/engine/random.ts";

/** Numbers each of which has so much of the one before. */
export function autoregressive(correlation: number, count: number, seed: number): number[] {
  const random = new RandomStream(seed, "AR(1)", correlation);
  const values = [random.normal()];
  const fresh = Math.sqrt(1 - correlation ** 2);
  while (values.length < count) values.push(correlation * values.at(-1)! + random.normal(0, fresh));
  return values;
}
