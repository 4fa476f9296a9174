import { QuantileSketch } from "../statistics/quantile-sketch.ts";

/** Parts of a run, of equal numbers of jobs: what warm-up is rounded up to, and what intervals are made from. */
export const SEGMENTS = 40;
/** Jobs that are worked on at a time. */
const BLOCK = 256;
/** Batches that MSER looks at, of 5 jobs at least. */
const BATCHES = 4096;

/**
 * Statistics of a line's jobs as they depart, in memory that does not grow with their number. Times are seconds. Everything is
 * added up per segment of jobs, so that warm-up can be left out when it is known.
 */
export class Recorder {
  readonly jobs: number;
  readonly stations: number;
  /** Jobs in the statistics. */
  count = 0;
  /** Jobs before each segment, and all of them at the end: `SEGMENTS + 1` entries. */
  readonly bounds: Float64Array;
  /** Per segment, when its last job departed. */
  readonly ends = new Float64Array(SEGMENTS);
  /** Per segment, sums of its jobs' sojourns. */
  readonly sojourns = new Float64Array(SEGMENTS);
  /** Per segment, the time integral of the number in the line from the end of the segment before to its own. */
  readonly areas = new Float64Array(SEGMENTS);
  readonly sketches = Array.from({ length: SEGMENTS }, () => new QuantileSketch());
  /** Per station and segment, sums over jobs: `[station * SEGMENTS + segment]`. */
  readonly waits: Float64Array;
  readonly services: Float64Array;
  readonly blockeds: Float64Array;
  /** Mean sojourns of batches of `batch` jobs each. */
  readonly batches: Float64Array;
  readonly batch: number;

  #segment = 0;
  #begin = 0;
  #sojourn = 0;
  #area = 0;
  #batchSum = 0;
  #batchEnd: number;
  #segmentEnd = 0;
  readonly #arrivals = new Float64Array(BLOCK);
  readonly #times = new Float64Array(BLOCK);
  readonly #each = new Float64Array(BLOCK);
  /** Jobs in those that are not in the statistics yet. */
  #held = 0;

  constructor(jobs: number, stations: number) {
    this.jobs = jobs;
    this.stations = stations;
    this.bounds = Float64Array.from({ length: SEGMENTS + 1 }, (_, i) => Math.floor((jobs * i) / SEGMENTS));
    this.waits = new Float64Array(stations * SEGMENTS);
    this.services = new Float64Array(stations * SEGMENTS);
    this.blockeds = new Float64Array(stations * SEGMENTS);
    this.batch = Math.max(5, Math.ceil(jobs / BATCHES));
    this.batches = new Float64Array(Math.floor(jobs / this.batch));
    this.#batchEnd = this.batch;
    this.#nextSegment(0);
  }

  /** Jobs that have departed. */
  get departures(): number {
    return this.count + this.#held;
  }

  /** A job leaves the line; jobs in the order of their departures. */
  departed(arrival: number, time: number): void {
    this.#arrivals[this.#held] = arrival;
    this.#times[this.#held] = time;
    if (++this.#held < BLOCK && this.count + this.#held < this.jobs) return;
    const held = this.#held;
    this.#held = 0;
    this.departedAll(this.#arrivals, this.#times, 0, held);
  }

  /** Jobs leave the line, in their order: those at `from..to - 1` of the columns. Not to be mixed with `departed`. */
  departedAll(arrivals: Float64Array, times: Float64Array, from: number, to: number): void {
    for (let first = from; first < to; ) {
      const end = Math.min(to, first + BLOCK, first + this.#segmentEnd - this.count);
      for (let i = first; i < end; ) i = this.#add(arrivals, times, first, i, end);
      this.sketches[this.#segment]!.addAll(this.#each, end - first);
      if (this.count === this.#segmentEnd) this.#endSegment(times[end - 1]!);
      first = end;
    }
  }

  /** Adds jobs up to the end of a batch. @param first Which of them has the first place of `#each`. @returns How far it has come. */
  #add(arrivals: Float64Array, times: Float64Array, first: number, from: number, to: number): number {
    const end = Math.min(to, from + this.#batchEnd - this.count);
    const begin = this.#begin;
    let sojourns = this.#sojourn;
    let area = this.#area;
    let batch = this.#batchSum;
    for (let i = from; i < end; i++) {
      const arrival = arrivals[i]!;
      const time = times[i]!;
      const sojourn = time - arrival;
      this.#each[i - first] = sojourn;
      sojourns += sojourn;
      batch += sojourn;
      if (arrival >= begin) area += sojourn;
      else {
        area += time - begin;
        this.#before(arrival);
      }
    }
    this.#sojourn = sojourns;
    this.#area = area;
    this.#batchSum = batch;
    this.count += end - from;
    if (this.count === this.#batchEnd) {
      this.batches[this.count / this.batch - 1] = this.#batchSum / this.batch;
      this.#batchSum = 0;
      this.#batchEnd += this.batch;
    }
    return end;
  }

  /** A job was there before the segment began: each of those before gets the time that it was there in that one. */
  #before(arrival: number): void {
    let end = this.#begin;
    for (let segment = this.#segment - 1; segment >= 0; segment--) {
      const begin = segment === 0 ? 0 : this.ends[segment - 1]!;
      this.areas[segment]! += end - Math.max(arrival, begin);
      if (arrival >= begin) return;
      end = begin;
    }
  }

  #endSegment(time: number): void {
    this.ends[this.#segment] = time;
    this.sojourns[this.#segment] = this.#sojourn;
    this.areas[this.#segment]! += this.#area;
    this.#sojourn = 0;
    this.#area = 0;
    this.#begin = time;
    if (this.count < this.jobs) this.#nextSegment(this.#segment + 1);
  }

  /** Segments of no jobs, where there are fewer jobs than segments, end when they begin. */
  #nextSegment(from: number): void {
    let segment = from;
    while (this.bounds[segment + 1]! === this.count) {
      this.ends[segment] = this.#begin;
      segment++;
    }
    this.#segment = segment;
    this.#segmentEnd = this.bounds[segment + 1]!;
  }
}
