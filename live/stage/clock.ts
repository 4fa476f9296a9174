import { readFileSync } from "node:fs";

/** Monotonic clock, seconds; one and the same for all processes of a running kernel. */
export function now(): number {
  // hrtime() splits seconds from nanoseconds, so nothing is lost to a double's 53 bits in between.
  const [seconds, nanoseconds] = process.hrtime();
  return seconds + nanoseconds * 1e-9;
}

/** Identity of the running kernel: two processes with the same one share their monotonic clock. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

const never = new Int32Array(new SharedArrayBuffer(4));
/** Blocks this thread without using the CPU for so many seconds, and somewhat longer. */
function sleep(seconds: number): void {
  Atomics.wait(never, 0, 0, seconds * 1e3);
}

// Atomics.wait comes back late by the timer slack and the wake-up (about 0.1 ms); what it overslept is learnt and taken off.
let overshoot = 50e-6;

/** Blocks this thread until the monotonic clock reads `time` (seconds), asleep but for the last tenth of a millisecond. */
export function sleepUntil(time: number): void {
  const begin = now();
  const wait = time - begin - overshoot;
  if (wait > 0) {
    sleep(wait);
    overshoot += 0.1 * (Math.min(now() - begin - wait, 500e-6) - overshoot);
  }
  // What is left is shorter than a sleep can be.
  while (now() < time);
}
