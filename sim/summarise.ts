import { mean } from "./statistics/moments.ts";
import { quantile } from "./statistics/quantile.ts";
import { type PodTerms, ratioOf, type Summary } from "./summary.ts";
import { type PodTrace, STAMPS, type Stamp, type Trace } from "./trace.ts";

/**
 * Statistics of a trace, of the twin or of the testbed alike, over the frames after warm-up; a frame is delivered at `end` of
 * the last pod. Stamps are put on the driver's clock by each pod's offset. Throughput counts the deliveries after the first
 * and divides by the time from the first to the last (infinite if that is 0). A pod's utilisation is taken over the time from
 * its first `end` to its last: compute as the wall time that falls into it, plus CPU time of messages (where recorded) of all
 * frames but the first (0 if that time is 0). With workers it is theirs, on average, or that of the thread that handles messages,
 * whichever is the larger. Frames that the source dropped are counted, and left out of all else but its utilisation. Where something
 * happened during the run, means are over the frames that are recorded.
 * @throws RangeError if fewer than 2 frames remain after warm-up, a column's length is not the number of frames, or a frame
 *   lacks a stamp after warm-up; the message names pod, frame and stamp.
 */
export function summarise(trace: Trace): Summary {
  const frames = checked(trace);
  const pods = trace.pods;
  const sorted = latenciesOf(trace, frames).sort();
  const terms = pods.map((_, index) => termsOf(trace, index, frames));
  const made = trace.frames - trace.warmup;
  const dropped = made - frames.length;
  return {
    throughput: throughputOf(trace, frames),
    latency: {
      mean: mean(sorted),
      p50: quantile(sorted, 0.5),
      p95: quantile(sorted, 0.95),
      p99: quantile(sorted, 0.99),
    },
    terms,
    ccr: ratioOf(terms),
    utilisation: pods.map((pod) => ({ pod: pod.pod, value: utilisationOf(trace, pod) })),
    ...(trace.drops && { dropped: { frames: dropped, share: dropped / made } }),
  };
}

/**
 * Latency of each frame after warm-up that was not dropped, seconds, in order of sequence numbers: from `scheduled` to `end` at the
 * last pod, both on the driver's clock.
 * @throws RangeError as {@link summarise} does.
 */
export function latencies(trace: Trace): Float64Array {
  return latenciesOf(trace, checked(trace));
}

function latenciesOf(trace: Trace, frames: Int32Array): Float64Array {
  const source = trace.pods[0]!;
  const last = trace.pods.at(-1)!;
  const offset = last.clock.seconds - source.clock.seconds;
  return difference(trace, last.end, trace.scheduled, offset, frames);
}

function throughputOf(trace: Trace, frames: Int32Array): number {
  const pod = trace.pods.at(-1)!;
  const { first, last } = ends(trace, pod);
  const delivered = frames.reduce((count, frame) => (Number.isNaN(pod.end[frame]!) ? count : count + 1), 0);
  return (delivered - 1) / (last - first);
}

/** The first `end` after warm-up and the last: workers may end frames out of turn. */
function ends(trace: Trace, pod: PodTrace): { readonly first: number; readonly last: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of pod.end.subarray(trace.warmup)) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return { first, last };
}

function termsOf(trace: Trace, index: number, frames: Int32Array): PodTerms {
  const pod = trace.pods[index]!;
  const upstream = trace.pods[index - 1];
  const last = index === trace.pods.length - 1;
  const average = (to: Float64Array, from: Float64Array, offset = 0) =>
    mean(difference(trace, to, from, offset, frames));
  return {
    pod: pod.pod,
    node: pod.node,
    link: upstream ? average(pod.arrived, upstream.sent, pod.clock.seconds - upstream.clock.seconds) : 0,
    decode: upstream ? average(pod.decoded, pod.arrived) : 0,
    queue: average(pod.start, upstream ? pod.decoded : trace.scheduled),
    compute: average(pod.end, pod.start),
    send: last ? 0 : average(pod.sent, pod.end),
  };
}

function utilisationOf(trace: Trace, pod: PodTrace): number {
  const { first, last } = ends(trace, pod);
  let compute = 0;
  let messages = 0;
  for (let frame = 0; frame < trace.frames; frame++) {
    const within = Math.min(pod.end[frame]!, last) - Math.max(pod.start[frame]!, first);
    // Of a frame of the warm-up there need not be stamps.
    if (within > 0) compute += within;
    const cpu = pod.receiveCpu[frame]! + pod.sendCpu[frame]!;
    if (frame > trace.warmup && !Number.isNaN(cpu)) messages += cpu;
  }
  const busy = pod.workers === 0 ? compute + messages : Math.max(compute / pod.workers, messages);
  const window = last - first;
  // A CPU clock's grain can put the sum a little above the time that it falls into.
  return window === 0 ? 0 : Math.min(1, busy / window);
}

/** `to - from + offset` of each of some frames, but for those that are not recorded. */
function difference(
  trace: Trace,
  to: Float64Array,
  from: Float64Array,
  offset: number,
  frames: Int32Array,
): Float64Array {
  const seconds = new Float64Array(frames.length);
  for (let i = 0; i < seconds.length; i++) seconds[i] = to[frames[i]!]! - from[frames[i]!]! + offset;
  return trace.happened === undefined ? seconds : seconds.filter((value) => !Number.isNaN(value));
}

/** @throws RangeError if fewer than 2 frames remain after warm-up. */
export function checkMeasured(
  plan: string,
  { frames, warmup }: { readonly frames: number; readonly warmup: number },
): void {
  if (frames - warmup >= 2) return;
  throw new RangeError(
    `trace of ${plan}: frames(=${frames}), warmup(=${warmup}): at least 2 frames should remain after warm-up`,
  );
}

/** The source made a frame and dropped it. */
export function isDropped({ drops, pods }: Trace, frame: number): boolean {
  const source = pods[0]!;
  // One that is the last pod, too, has nobody to send to.
  return drops === true && pods.length > 1 && Number.isNaN(source.sent[frame]!) && !Number.isNaN(source.end[frame]!);
}

/** @returns the frames after warm-up that were not dropped. */
function checked(trace: Trace): Int32Array {
  if (trace.pods.length === 0) throw new RangeError(`trace of ${trace.plan}: no pods`);
  checkMeasured(trace.plan, trace);
  for (const pod of trace.pods) for (const stamp of STAMPS) checkLength(trace, pod.pod, stamp, pod[stamp]);
  checkLength(trace, trace.pods[0]!.pod, "scheduled", trace.scheduled);
  const after = Int32Array.from({ length: trace.frames - trace.warmup }, (_, i) => trace.warmup + i);
  const frames = trace.drops ? after.filter((frame) => !isDropped(trace, frame)) : after;
  if (frames.length < 2)
    throw new RangeError(
      `trace of ${trace.plan}: ${frames.length} of ${after.length} frames after warm-up were not dropped: at least 2 should be`,
    );
  if (trace.happened === undefined) checkStamps(trace, frames);
  return frames;
}

function checkLength(trace: Trace, pod: string, stamp: string, column: Float64Array): void {
  if (column.length === trace.frames) return;
  throw new RangeError(
    `trace of ${trace.plan}: pod ${pod}: ${stamp} has ${column.length} values for ${trace.frames} frames`,
  );
}

function checkStamps(trace: Trace, frames: Int32Array): void {
  checkColumn(trace, trace.pods[0]!.pod, "scheduled", trace.scheduled, frames);
  trace.pods.forEach((pod, index) => {
    const needed: readonly Stamp[] = [
      ...(index > 0 ? (["arrived", "decoded"] as const) : []),
      ...(["start", "end"] as const),
      ...(index < trace.pods.length - 1 ? (["sent"] as const) : []),
    ];
    for (const stamp of needed) checkColumn(trace, pod.pod, stamp, pod[stamp], frames);
  });
}

function checkColumn(trace: Trace, pod: string, stamp: string, column: Float64Array, frames: Int32Array): void {
  for (const frame of frames) {
    if (Number.isFinite(column[frame])) continue;
    throw new RangeError(`trace of ${trace.plan}: pod ${pod}: frame ${frame} has no ${stamp} (${column[frame]})`);
  }
}
