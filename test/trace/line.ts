import { windowRecursion } from "../../sim/analytic/tandem.ts";
import { type ClockOffset, EXACT, emptyPodTrace, type PodTrace, type Trace } from "../../sim/trace.ts";

/** A line of pods for which a trace can be worked out exactly; times in seconds. */
export interface LineSpec {
  readonly scheduled: readonly number[];
  /** Compute time of each pod, per frame. */
  readonly services: readonly (readonly number[])[];
  /** Per hop. */
  readonly windows: readonly number[];
  /** Per hop: link delay, of which a quarter is decoding at the receiver. */
  readonly delays: readonly number[];
  /** Per pod; exact where left out. */
  readonly clocks?: readonly ClockOffset[];
  /** Per pod; 0 where left out. More than one have no work for the others: a pod computes a frame at a time. */
  readonly workers?: readonly number[];
  readonly warmup?: number;
}

/** The trace of a line by the max-plus recursion: every law holds. */
export function traceOfLine(spec: LineSpec): Trace {
  const { scheduled, services, windows, delays, clocks = [], workers = [] } = spec;
  const frames = scheduled.length;
  const stations = windowRecursion(scheduled, services, windows, delays);
  const last = stations.length - 1;
  const pods = stations.map((station, j): PodTrace => {
    const clock = clocks[j] ?? EXACT;
    const pod = emptyPodTrace(`pod-${j}`, j === last ? "server" : "edge", frames, { clock, workers: workers[j] ?? 0 });
    const back = delays.slice(j).reduce((sum, delay) => sum + delay, 0);
    for (let n = 0; n < frames; n++) {
      if (j > 0) {
        pod.decoded[n] = stations[j - 1]!.left[n]! + delays[j - 1]! - clock.seconds;
        pod.arrived[n] = stations[j - 1]!.left[n]! + 0.75 * delays[j - 1]! - clock.seconds;
      }
      pod.start[n] = station.start[n]! - clock.seconds;
      pod.end[n] = station.end[n]! - clock.seconds;
      if (pod.workers > 0) pod.noticed[n] = pod.end[n]!;
      pod.computeCpu[n] = services[j]![n]!;
      pod.receiveCpu[n] = 0;
      pod.sendCpu[n] = 0;
      if (j === last) continue;
      pod.sent[n] = station.left[n]! - clock.seconds;
      pod.acked[n] = stations[last]!.end[n]! + back - clock.seconds;
    }
    return pod;
  });
  const shift = clocks[0]?.seconds ?? 0;
  return {
    plan: "line",
    origin: "twin",
    repeat: 0,
    frames,
    warmup: spec.warmup ?? 0,
    scheduled: Float64Array.from(scheduled, (time) => time - shift),
    pods,
  };
}

/** The trace with one value changed. */
export function altered(
  trace: Trace,
  pod: number,
  stamp: "scheduled" | "arrived" | "decoded" | "start" | "end" | "noticed" | "sent" | "acked",
  frame: number,
  time: number,
): Trace {
  const change = (column: Float64Array) => column.map((value, n) => (n === frame ? time : value));
  if (stamp === "scheduled") return { ...trace, scheduled: change(trace.scheduled) };
  return {
    ...trace,
    pods: trace.pods.map((record, j) => (j === pod ? { ...record, [stamp]: change(record[stamp]) } : record)),
  };
}
