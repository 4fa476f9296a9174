import type { PodTrace, Stamp, Trace } from "../../sim/trace.ts";

/**
 * Laws that every complete trace keeps, whether the twin or the testbed wrote it. Each throws an `Error` that names pod, frame
 * and values where it is broken. Times are compared on one clock where they can be, else within the bounds of both offsets.
 */

/** Rounding of times, seconds: a clock of a day still resolves 1e-11. */
const ROUNDING = 1e-9;

/** All of them. @param windows Per hop, frames. */
export function everyLaw(trace: Trace, windows: readonly number[]): void {
  order(trace);
  conservation(trace);
  causality(trace);
  capacity(trace, windows);
  littlesLaw(trace);
}

/**
 * Every pod takes, computes, sends and has acknowledged the frames in the order of their sequence numbers. Several workers take
 * them in that order, too, but each stamps for itself when it begins.
 */
export function order(trace: Trace): void {
  for (const pod of trace.pods) {
    const started = pod.workers > 1 ? [] : (["start"] as const);
    for (const stamp of ["arrived", "decoded", ...started, "noticed", "sent", "acked"] as const) {
      let before = -1;
      for (let frame = 0; frame < trace.frames; frame++) {
        const time = pod[stamp][frame]!;
        if (Number.isNaN(time)) continue;
        if (before >= 0 && time < pod[stamp][before]!) {
          fail(
            "order",
            trace,
            pod,
            `${stamp} of frame ${frame} (${time}) is before frame ${before} (${pod[stamp][before]})`,
          );
        }
        before = frame;
      }
    }
  }
}

/** Every frame that enters is handled by every pod and leaves, exactly once; none comes from nowhere. */
export function conservation(trace: Trace): void {
  const last = trace.pods.length - 1;
  if (trace.scheduled.length !== trace.frames) {
    throw new Error(`conservation: ${trace.plan}: ${trace.scheduled.length} scheduled of ${trace.frames} frames`);
  }
  trace.pods.forEach((pod, index) => {
    const passing: readonly Stamp[] = [
      ...(index > 0 ? (["arrived", "decoded"] as const) : []),
      ...(["start", "end"] as const),
      ...(pod.workers > 0 ? (["noticed"] as const) : []),
      ...(index < last ? (["sent"] as const) : []),
    ];
    const never: readonly (readonly [Stamp, where: string])[] = [
      ...(index === 0 ? ([["arrived", "at the first pod"]] as const) : []),
      ...(pod.workers === 0 ? ([["noticed", "without workers"]] as const) : []),
      ...(index === last ? ([["sent", "at the last pod"]] as const) : []),
    ];
    for (const stamp of [...passing, ...never.map(([stamp]) => stamp)]) {
      const column = pod[stamp];
      if (column.length !== trace.frames) {
        fail("conservation", trace, pod, `${column.length} values of ${stamp} for ${trace.frames} frames`);
      }
    }
    for (let frame = 0; frame < trace.frames; frame++) {
      const entered = !Number.isNaN(trace.scheduled[frame]);
      for (const stamp of passing) {
        const happened = !Number.isNaN(pod[stamp][frame]);
        if (entered && !happened) fail("conservation", trace, pod, `frame ${frame} was lost: it has no ${stamp}`);
        if (!entered && happened) fail("conservation", trace, pod, `frame ${frame} never entered, but has ${stamp}`);
      }
      for (const [stamp, where] of never) {
        if (!Number.isNaN(pod[stamp][frame])) {
          fail("conservation", trace, pod, `frame ${frame} has ${stamp}, which can't happen ${where}`);
        }
      }
    }
  });
}

/** Nothing happens before what causes it; a frame is acknowledged after it was delivered at the end of the pipeline. */
export function causality(trace: Trace): void {
  trace.pods.forEach((pod, index) => {
    const upstream = trace.pods[index - 1];
    const downstream = trace.pods[index + 1];
    const delivering = trace.pods.at(-1)!;
    const delivered = delivering.workers > 0 ? "noticed" : "end";
    for (let frame = 0; frame < trace.frames; frame++) {
      const here = (stamp: Stamp): Moment => ({ pod, stamp, time: pod[stamp][frame]! });
      const scheduled: Moment = { pod, stamp: "scheduled", time: trace.scheduled[frame]! };
      const chain = upstream ? [here("arrived"), here("decoded")] : [scheduled];
      chain.push(here("start"), here("end"));
      if (pod.workers > 0) chain.push(here("noticed"));
      if (downstream) chain.push(here("sent"), here("acked"));
      for (let i = 1; i < chain.length; i++) precedes(trace, frame, chain[i - 1]!, chain[i]!);
      if (upstream) {
        precedes(trace, frame, { pod: upstream, stamp: "sent", time: upstream.sent[frame]! }, here("arrived"));
      }
      if (downstream) {
        precedes(
          trace,
          frame,
          { pod: delivering, stamp: delivered, time: delivering[delivered][frame]! },
          here("acked"),
        );
        if (downstream !== delivering) {
          precedes(trace, frame, { pod: downstream, stamp: "acked", time: downstream.acked[frame]! }, here("acked"));
        }
      }
    }
  });
}

/**
 * A pod computes one frame at a time, or one with each of its workers, and has no more frames unacknowledged on its hop than
 * the hop's window.
 * @param windows Per hop, frames.
 */
export function capacity(trace: Trace, windows: readonly number[]): void {
  if (windows.length !== trace.pods.length - 1) {
    throw new Error(`capacity: ${trace.plan}: ${windows.length} windows for ${trace.pods.length - 1} hops`);
  }
  trace.pods.forEach((pod, index) => {
    const frames = Array.from(pod.start.keys()).filter((frame) => !Number.isNaN(pod.start[frame]));
    frames.sort((a, b) => pod.start[a]! - pod.start[b]! || a - b);
    let running: number[] = [];
    for (const frame of frames) {
      // A compute that never ended still holds the pod.
      running = running.filter((before) => !(pod.end[before]! <= pod.start[frame]! + ROUNDING));
      if (running.length === Math.max(1, pod.workers)) {
        const others = running.map((before) => `frame ${before} runs until ${pod.end[before]}`).join(", ");
        fail("capacity", trace, pod, `computes overlap: frame ${frame} starts at ${pod.start[frame]}, while ${others}`);
      }
      running.push(frame);
    }
    const window = windows[index];
    if (window === undefined) return;
    // Sorted apart, as the number of frames between does not depend on which frame is which.
    const sent = present(pod.sent);
    const acked = present(pod.acked);
    let returned = 0;
    for (let n = 0; n < sent.length; n++) {
      while (returned < acked.length && acked[returned]! <= sent[n]! + ROUNDING) returned++;
      const inFlight = n + 1 - returned;
      if (inFlight > window)
        fail("capacity", trace, pod, `${inFlight} frames unacknowledged at ${sent[n]}, the window is ${window}`);
    }
  });
}

/**
 * Little's law on the sample path, exactly: the time-average number present is throughput times mean sojourn over the whole
 * run, which starts and ends empty; for the system and for each pod (Stidham, Operations Research 22, 1974). The number present
 * is counted from the sorted entries and exits, never below 0.
 */
export function littlesLaw(trace: Trace): void {
  const source = trace.pods[0]!;
  const last = trace.pods.at(-1)!;
  const shift = last.clock.seconds - source.clock.seconds;
  little(
    trace,
    "the system",
    trace.scheduled,
    last.end,
    shift,
    last === source ? 0 : source.clock.bound + last.clock.bound,
  );
  trace.pods.forEach((pod, index) => {
    const entered = index === 0 ? trace.scheduled : pod.arrived;
    little(trace, `pod ${pod.pod}`, entered, pod === last ? pod.end : pod.sent, 0, 0);
  });
}

/** @param shift What to add to `exited` to have it on the clock of `entered`, known within `bound`; seconds. */
function little(
  trace: Trace,
  where: string,
  entered: Float64Array,
  exited: Float64Array,
  shift: number,
  bound: number,
): void {
  const broken = (what: string) => new Error(`littlesLaw: ${trace.plan}: ${where}: ${what}`);
  let sojourns = 0;
  for (let frame = 0; frame < trace.frames; frame++) {
    const [from, to] = [entered[frame]!, exited[frame]! + shift];
    if (Number.isNaN(from) !== Number.isNaN(to)) {
      throw broken(`frame ${frame} entered at ${from} and left at ${to}: the run does not start and end empty`);
    }
    if (!Number.isNaN(from)) sojourns += to - from;
  }
  const entries = present(entered);
  const exits = present(exited).map((time) => time + shift);
  const n = entries.length;
  let area = 0;
  let number = 0;
  let now = entries[0] ?? 0;
  for (let i = 0, o = 0; o < n; ) {
    if (exits[o]! < entries[o]! - bound - ROUNDING) {
      throw broken(`${o + 1} frames have left at ${exits[o]}, but the one that makes ${o + 1} enters at ${entries[o]}`);
    }
    const enters = i < n && entries[i]! <= exits[o]!;
    const next = enters ? entries[i++]! : exits[o++]!;
    area += number * (next - now);
    number += enters ? 1 : -1;
    now = next;
  }
  // Both sides times the length of the run, which divides out: number * time = (n / time) * (sojourns / n) * time.
  if (!(Math.abs(area - sojourns) <= 1e-9 * Math.abs(sojourns) + n * ROUNDING)) {
    throw broken(`the number present adds up to ${area} frame-seconds, the sojourns to ${sojourns}`);
  }
}

/** A stamp of a frame at a pod. */
interface Moment {
  readonly pod: PodTrace;
  readonly stamp: Stamp | "scheduled";
  readonly time: number;
}

/** Times that did not happen are left to `conservation`. */
function precedes(trace: Trace, frame: number, first: Moment, second: Moment): void {
  const bound = first.pod === second.pod ? 0 : first.pod.clock.bound + second.pod.clock.bound;
  const early = first.time + first.pod.clock.seconds - (second.time + second.pod.clock.seconds);
  if (early > bound + ROUNDING) {
    const [from, to] = [first, second].map((at) => `${at.stamp} at ${at.pod.pod} (${at.time})`);
    fail(
      "causality",
      trace,
      second.pod,
      `frame ${frame}: ${to} comes ${early} s before ${from}; clocks agree within ${bound} s`,
    );
  }
}

function present(times: Float64Array): Float64Array {
  return times.filter((time) => !Number.isNaN(time)).sort();
}

function fail(law: string, trace: Trace, pod: PodTrace, what: string): never {
  throw new Error(`${law}: ${trace.plan}: pod ${pod.pod}: ${what}`);
}
