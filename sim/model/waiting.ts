import { log } from "../engine/elementary.ts";
import type { RandomStream } from "../engine/random.ts";
import type { Costs } from "./costs.ts";

/**
 * What a thread is that has waited for `gap` seconds: idle, or cold if that is long. In between, either, the likelier the nearer
 * the logarithm of the time is to that of the measured one.
 */
export function threadAfter(gap: number, { idle, cold }: Costs["gaps"], stream: RandomStream): "idle" | "cold" {
  if (gap <= idle) return "idle";
  if (gap >= cold) return "cold";
  return stream.uniform() < log(gap / idle) / log(cold / idle) ? "cold" : "idle";
}
