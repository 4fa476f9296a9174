import { now } from "./agenda";
import { Draws } from "./draws";
import { exp } from "./exponential";
import { uniform } from "./random";
import { Pod } from "./shapes";

/** What a thread did before. */
export const BUSY: i32 = 0;
export const IDLE: i32 = 1;
export const COLD: i32 = 2;

/** Costs of a thread. */
@inline
export function costs(by: usize, thread: i32): Draws {
  return changetype<Draws>(by + <usize>thread * offsetof<Draws>());
}

/** Busy, or idle, or cold if it has been idle for long. */
@inline
export function stateOf(it: Pod): i32 {
  return it.idle ? after(it, now - it.since) : BUSY;
}

function after(it: Pod, gap: f64): i32 {
  const gaps = it.gaps;
  if (gap <= gaps.idle) return IDLE;
  if (gap >= gaps.cold) return COLD;
  return uniform(it.waitingState) * gaps.span < 1 - exp((gaps.idle - gap) / gaps.cooling) ? COLD : IDLE;
}
