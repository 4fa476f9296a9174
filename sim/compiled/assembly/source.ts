import { Draws } from "./draws";
import { DUE } from "./kinds";
import { take } from "./memory";
import { due } from "./pod";
import { integer } from "./random";
import { Pod } from "./shapes";
import { Stalls, stall } from "./stalls";
import { nextOn, pushOn, shiftFrom, Timeline, timeline } from "./timeline";

/** When frames come due: `Source` of `model/source.ts`. */
@unmanaged
export class Source {
  pod: Pod;
  rate: f64;
  lateness: Draws;
  state: usize;
  stalls: Stalls | null;
  /** When it is awake that slept until the last frame it had to wait for. */
  awake: f64;
  /** Times, where they are not at a constant interval; 0: they are. */
  schedule: usize;
  timeline: Timeline;
  frames: i32;
  next: i32;
}

export function source(
  it: Pod,
  rate: f64,
  frames: i32,
  schedule: usize,
  lateness: Draws,
  state: usize,
  stalls: Stalls | null,
): void {
  const made = changetype<Source>(take(offsetof<Source>()));
  made.pod = it;
  made.rate = rate;
  made.frames = frames;
  made.schedule = schedule;
  made.lateness = lateness;
  made.state = state;
  made.stalls = stalls;
  made.awake = -Infinity;
  made.timeline = timeline(DUE, changetype<usize>(made));
  drawLate(made);
}

/** The next frame is due. */
export function comesDue(at: Source): void {
  const frame = shiftFrom(at.timeline);
  drawLate(at);
  due(at.pod, frame + 1);
}

@inline
function timeOf(at: Source, frame: i32): f64 {
  return at.schedule == 0 ? <f64>frame / at.rate : load<f64>(at.schedule + (<usize>frame << 3));
}

/** Draws all that may come before the first there is, as a late one comes after others. */
function drawLate(at: Source): void {
  while (at.next < at.frames && timeOf(at, at.next) <= nextOn(at.timeline)) {
    const frame = at.next++;
    const time = timeOf(at, frame);
    const late = load<f64>(at.lateness.samples + (<usize>integer(at.state, at.lateness.count, at.lateness.bias) << 3));
    const stalls = at.stalls;
    if (stalls !== null && time > at.awake) at.awake = time + stall(stalls);
    pushOn(at.timeline, max<f64>(time + max<f64>(late, 0), at.awake), <f64>(frame - at.frames), frame);
  }
}
