import type { Arrivals, Burst, Disturbance } from "../disturbance.ts";
import type { RandomStream } from "../engine/random.ts";
import type { Plan } from "../plan.ts";

/** When each frame of a plan is due at its source, seconds; `null` where it is at a constant interval, or saturated. */
export function scheduleOf(
  { workload, disturbances = [] }: Pick<Plan, "workload" | "disturbances">,
  stream: RandomStream,
): Float64Array | null {
  const { load, frames, arrivals = { kind: "constant" } } = workload;
  if (load.kind === "saturated") return null;
  // A source that is started again goes on later.
  const changes = disturbances.some((one) => "burst" in one || "restart" in one);
  if (arrivals.kind === "constant" && !changes) return null;
  const times = arrivalTimes(arrivals, load.rate, frames, stream);
  return withBursts(times, disturbances);
}

/** @param rate Frames per second on average. */
function arrivalTimes(arrivals: Arrivals, rate: number, frames: number, stream: RandomStream): Float64Array {
  const times = new Float64Array(frames);
  if (arrivals.kind === "constant") for (let n = 0; n < frames; n++) times[n] = n / rate;
  else if (arrivals.kind === "batches") {
    const { size } = arrivals;
    for (let n = 0; n < frames; n++) times[n] = (Math.floor(n / size) * size) / rate;
  } else if (arrivals.kind === "poisson") {
    for (let n = 1; n < frames; n++) times[n] = times[n - 1]! + stream.exponential(1 / rate);
  } else {
    const { on, off } = arrivals;
    const gap = on / ((on + off) * rate);
    let now = 0;
    let ends = stream.exponential(on);
    for (let n = 0; n < frames; n++) {
      if (n > 0) now += stream.exponential(gap);
      // Frames that would come when it is off come when it is on again: it has no memory, and just stands still.
      while (now >= ends) {
        const pause = stream.exponential(off);
        now += pause;
        ends += pause + stream.exponential(on);
      }
      times[n] = now;
    }
  }
  return times;
}

/** The same frames, of which those of a burst come at once; the others keep their times, as far as there are frames left. */
function withBursts(times: Float64Array, disturbances: readonly Disturbance[]): Float64Array {
  const bursts = disturbances.filter((one) => "burst" in one);
  if (bursts.length === 0) return times;
  const all = [...times];
  for (const { burst, at } of bursts) for (let i = 0; i < burst; i++) all.push(at);
  return Float64Array.from(all).sort().subarray(0, times.length);
}

/**
 * Has a source that was started again go on with a frame: what is overdue comes due now, and all after it so much later, at its pace;
 * bursts that are still to come keep their time.
 */
export function resume(schedule: Float64Array, frame: number, now: number, bursts: readonly Burst[]): void {
  const rest = schedule.subarray(frame);
  const left = bursts.map(({ burst, at }) => ({ burst, at }));
  const others: number[] = [];
  const atOnce: number[] = [];
  for (const time of rest) {
    const of = left.find(({ burst, at }) => burst > 0 && at === time);
    if (of !== undefined) of.burst--;
    (of === undefined ? others : atOnce).push(time);
  }
  const late = Math.max(0, now - (others[0] ?? now));
  // Not a rounding before now.
  const times = [...others.map((time) => Math.max(now, time + late)), ...atOnce.map((at) => Math.max(now, at))];
  rest.set(Float64Array.from(times).sort());
}

/** Of each frame of a schedule with bursts, the frame that would be due then, or next, without them. */
export function counterparts({ workload, disturbances = [] }: Plan, scheduled: Float64Array): Int32Array {
  const { frames } = workload;
  const bursts = workload.load.kind === "saturated" ? [] : disturbances.filter((one) => "burst" in one);
  const left = bursts.toSorted((a, b) => a.at - b.at).map(({ burst, at }) => ({ burst, at }));
  const result = new Int32Array(frames);
  let more = 0;
  for (let n = 0; n < frames; n++) {
    result[n] = n - more;
    const next = left.find(({ burst }) => burst > 0);
    if (next === undefined || scheduled[n]! < next.at) continue;
    next.burst--;
    more++;
  }
  return result;
}
