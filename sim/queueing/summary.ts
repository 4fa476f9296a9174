import { batchMeans, type Estimate } from "../statistics/batch-means.ts";
import { mser } from "../statistics/mser.ts";
import { QuantileSketch } from "../statistics/quantile-sketch.ts";
import type { Line } from "./line.ts";
import { type Recorder, SEGMENTS } from "./recorder.ts";

/** What jobs met at a station: seconds a job, and shares of its servers' time, 0..1. */
export interface StationResult {
  /** Before service, in the queue. */
  readonly waiting: Estimate;
  /** In service. */
  readonly service: Estimate;
  /** Without room at the next station: after service with the job finished, or before service with a server free. */
  readonly blocked: Estimate;
  /** Share of time in service. */
  readonly utilisation: Estimate;
  /** Share of time blocked. */
  readonly blockedShare: Estimate;
}

/** What a run says of the steady state; 95 % intervals by {@link batchMeans}. */
export interface LineResult {
  /** All of the run. */
  readonly jobs: number;
  /** Jobs at the beginning that are left out of all else. */
  readonly warmup: number;
  /** False if the run is too short for its warm-up: MSER's minimum is at the end of where it looks. */
  readonly settled: boolean;
  /** From the last departure of the warm-up to the last of all, seconds. */
  readonly duration: number;
  /** Jobs a second; infinite in a line in which no time passes. */
  readonly throughput: Estimate;
  /** From arrival to departure, seconds. At a saturated source a job arrives when a server is ready for it. */
  readonly sojourn: Estimate;
  /** Of the sojourns, seconds. */
  readonly quantiles: readonly (Estimate & { readonly p: number })[];
  /** Time average of the number of jobs in the line. */
  readonly present: Estimate;
  /** In their order. */
  readonly stations: readonly StationResult[];
}

/** Shares of jobs that a summary has quantiles for. */
const QUANTILES = [0.5, 0.9, 0.95, 0.99, 0.999];

/**
 * @param warmup Jobs to leave out, rounded up to whole segments; left out, MSER says.
 */
export function summarise(line: Line, recorder: Recorder, warmup?: number): LineResult {
  const { bounds, ends, jobs } = recorder;
  const found = warmup === undefined ? mser(recorder.batches) : { truncated: 0, settled: true };
  const omitted = warmup ?? found.truncated * recorder.batch;
  const first = bounds.findIndex((bound) => bound >= omitted);
  // Segments of no jobs say nothing: there are such where jobs are fewer than segments.
  const kept = Array.from({ length: SEGMENTS - first }, (_, i) => first + i).filter((s) => bounds[s + 1]! > bounds[s]!);
  const counts = kept.map((s) => bounds[s + 1]! - bounds[s]!);
  const begin = (s: number) => (s === 0 ? 0 : ends[s - 1]!);
  const durations = kept.map((s) => ends[s]! - begin(s));
  const sums = (values: ArrayLike<number>, offset = 0) => kept.map((s) => values[offset + s]!);
  const sketch = new QuantileSketch();
  for (const s of kept) sketch.merge(recorder.sketches[s]!);
  return {
    jobs,
    warmup: bounds[first]!,
    settled: found.settled,
    duration: durations.reduce((sum, duration) => sum + duration, 0),
    throughput: batchMeans(counts, durations),
    sojourn: batchMeans(sums(recorder.sojourns), counts),
    quantiles: QUANTILES.map((p) => {
      const each = kept.map((s) => recorder.sketches[s]!.quantile(p));
      return { p, ...around(sketch.quantile(p), each) };
    }),
    present: batchMeans(sums(recorder.areas), durations),
    stations: line.stations.map(({ servers = 1 }, j) => {
      const capacity = durations.map((duration) => servers * duration);
      const [waits, services, blockeds] = [recorder.waits, recorder.services, recorder.blockeds].map((values) =>
        sums(values, j * SEGMENTS),
      );
      return {
        waiting: batchMeans(waits!, counts),
        service: batchMeans(services!, counts),
        blocked: batchMeans(blockeds!, counts),
        utilisation: batchMeans(services!, capacity),
        blockedShare: batchMeans(blockeds!, capacity),
      };
    }),
  };
}

/**
 * The quantile of all jobs, with the spread of those of the segments: sectioning, which has less bias than their mean
 * (Asmussen & Glynn, Stochastic Simulation, 2007, section III.5).
 */
function around(value: number, each: readonly number[]): Estimate {
  const { value: mean, interval } = batchMeans(
    each,
    each.map(() => 1),
  );
  return { value, interval: [interval[0] + value - mean, interval[1] + value - mean] };
}
