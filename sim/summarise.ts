import { mean } from "./statistics/moments.ts";
import { quantile } from "./statistics/quantile.ts";
import { type PodTerms, ratioOf, type Summary } from "./summary.ts";
import { type PodTrace, STAMPS, type Trace } from "./trace.ts";

/**
 * Statistics of a trace, of the twin or of the testbed alike, over the frames after warm-up; a frame is delivered at `end` of
 * the last pod. Stamps are put on the driver's clock by each pod's offset. Throughput counts the deliveries after the first
 * and divides by the time from the first to the last (infinite if that is 0). A pod's utilisation is taken over the time from
 * its first `end` to its last: compute as the wall time that falls into it, plus CPU time of messages (where recorded) of all
 * frames but the first (0 if that time is 0). With workers it is theirs, on average, or that of the thread that handles messages,
 * whichever is the larger.
 * @throws RangeError if fewer than 2 frames remain after warm-up, a column's length is not the number of frames, or a frame
 *   lacks a stamp after warm-up; the message names pod, frame and stamp.
 */
export function summarise(trace: Trace): Summary {
  check(trace);
  const pods = trace.pods;
  const sorted = latenciesOf(trace).sort();
  const terms = pods.map((_, index) => termsOf(trace, index));
  return {
    throughput: throughputOf(trace),
    latency: {
      mean: mean(sorted),
      p50: quantile(sorted, 0.5),
      p95: quantile(sorted, 0.95),
      p99: quantile(sorted, 0.99),
    },
    terms,
    ccr: ratioOf(terms),
    utilisation: pods.map((pod) => ({ pod: pod.pod, value: utilisationOf(trace, pod) })),
  };
}

/**
 * Latency of each frame after warm-up, seconds, in order of sequence numbers: from `scheduled` to `end` at the last pod, both on
 * the driver's clock.
 * @throws RangeError as {@link summarise} does.
 */
export function latencies(trace: Trace): Float64Array {
  check(trace);
  return latenciesOf(trace);
}

function latenciesOf(trace: Trace): Float64Array {
  const source = trace.pods[0]!;
  const last = trace.pods.at(-1)!;
  const offset = last.clock.seconds - source.clock.seconds;
  return difference(trace, last.end, trace.scheduled, offset);
}

function throughputOf(trace: Trace): number {
  const { first, last } = ends(trace, trace.pods.at(-1)!);
  return (trace.frames - trace.warmup - 1) / (last - first);
}

/** The first `end` after warm-up and the last: workers may end frames out of turn. */
function ends(trace: Trace, pod: PodTrace): { readonly first: number; readonly last: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of pod.end.subarray(trace.warmup)) {
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  return { first, last };
}

function termsOf(trace: Trace, index: number): PodTerms {
  const pod = trace.pods[index]!;
  const upstream = trace.pods[index - 1];
  const last = index === trace.pods.length - 1;
  const average = (to: Float64Array, from: Float64Array, offset = 0) => mean(difference(trace, to, from, offset));
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

/** `to - from + offset` of each frame after warm-up. */
function difference(trace: Trace, to: Float64Array, from: Float64Array, offset: number): Float64Array {
  const seconds = new Float64Array(trace.frames - trace.warmup);
  for (let i = 0; i < seconds.length; i++) seconds[i] = to[trace.warmup + i]! - from[trace.warmup + i]! + offset;
  return seconds;
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

function check(trace: Trace): void {
  if (trace.pods.length === 0) throw new RangeError(`trace of ${trace.plan}: no pods`);
  checkMeasured(trace.plan, trace);
  checkColumn(trace, trace.pods[0]!.pod, "scheduled", trace.scheduled, true);
  trace.pods.forEach((pod, index) => {
    const needed: readonly string[] = [
      ...(index > 0 ? ["arrived", "decoded"] : []),
      ...["start", "end"],
      ...(index < trace.pods.length - 1 ? ["sent"] : []),
    ];
    for (const stamp of STAMPS) checkColumn(trace, pod.pod, stamp, pod[stamp], needed.includes(stamp));
  });
}

function checkColumn(trace: Trace, pod: string, stamp: string, column: Float64Array, needed: boolean): void {
  const where = `trace of ${trace.plan}: pod ${pod}`;
  if (column.length !== trace.frames) {
    throw new RangeError(`${where}: ${stamp} has ${column.length} values for ${trace.frames} frames`);
  }
  if (!needed) return;
  for (let frame = trace.warmup; frame < trace.frames; frame++) {
    if (!Number.isFinite(column[frame])) {
      throw new RangeError(`${where}: frame ${frame} has no ${stamp} (${column[frame]})`);
    }
  }
}
