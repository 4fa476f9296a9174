import { STALLED } from "../../sim/model/stalls.ts";
import type { StallCost } from "../../sim/profile.ts";
import * as clock from "../stage/clock.ts";

const SLEEPS = 2000;
/** Seconds of each: a thread that is held sleeps for about so long. */
const SLEEP = 1e-3;
/** What sleeps at a time, before others have their turn. */
const SLICE = 50;

/**
 * Sleeps on this machine, which has nothing else to do, and counts how often that takes much longer: a virtual CPU that has halted is
 * at times not run again at once.
 */
export async function measureStalls(
  signal: AbortSignal | undefined,
  sleeps = SLEEPS,
  { now, sleepUntil }: Pick<typeof clock, "now" | "sleepUntil"> = clock,
): Promise<StallCost> {
  const seconds: number[] = [];
  for (let i = 0; i < sleeps; i++) {
    if (i % SLICE === 0) {
      await new Promise(setImmediate);
      signal?.throwIfAborted();
    }
    const until = now() + SLEEP;
    sleepUntil(until);
    const late = now() - until;
    if (late > STALLED) seconds.push(late);
  }
  return { sleeps, seconds };
}
