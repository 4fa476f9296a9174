import { QuantileSketch } from "../statistics/quantile-sketch.ts";

/** Parts of a run, of equal numbers of jobs: what warm-up is rounded up to, and what intervals are made from. */
export const SEGMENTS = 40;
/** Batches that MSER looks at, of 5 jobs at least. */
const BATCHES = 4096;

/**
 * Statistics of a line's jobs as they depart, in memory that does not grow with their number. Times are seconds. Everything is
 * added up per segment of jobs, so that warm-up can be left out when it is known.
 */
export class Recorder {
  readonly jobs: number;
  readonly stations: number;
  /** Jobs that have departed. */
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
  #segmentEnd: number;
  #stop: number;

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
    this.#segmentEnd = 0;
    this.#stop = 0;
    this.#nextSegment(0);
  }

  /** A job leaves the line; jobs in the order of their departures. */
  departed(arrival: number, time: number): void {
    const sojourn = time - arrival;
    this.#sojourn += sojourn;
    this.#batchSum += sojourn;
    this.sketches[this.#segment]!.add(sojourn);
    if (arrival >= this.#begin) this.#area += sojourn;
    else this.#spanning(arrival, time);
    if (++this.count === this.#stop) this.#boundary(time);
  }

  /** A job that was there before the segment began: each segment gets the time that it was there in that one. */
  #spanning(arrival: number, time: number): void {
    this.#area += time - this.#begin;
    let end = this.#begin;
    for (let segment = this.#segment - 1; segment >= 0; segment--) {
      const begin = segment === 0 ? 0 : this.ends[segment - 1]!;
      this.areas[segment]! += end - Math.max(arrival, begin);
      if (arrival >= begin) return;
      end = begin;
    }
  }

  #boundary(time: number): void {
    if (this.count === this.#batchEnd) {
      this.batches[this.count / this.batch - 1] = this.#batchSum / this.batch;
      this.#batchSum = 0;
      this.#batchEnd += this.batch;
    }
    if (this.count === this.#segmentEnd) {
      this.ends[this.#segment] = time;
      this.sojourns[this.#segment] = this.#sojourn;
      this.areas[this.#segment]! += this.#area;
      this.#sojourn = 0;
      this.#area = 0;
      this.#begin = time;
      if (this.count < this.jobs) this.#nextSegment(this.#segment + 1);
    }
    this.#stop = Math.min(this.#batchEnd, this.#segmentEnd);
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
    this.#stop = Math.min(this.#batchEnd, this.#segmentEnd);
  }
}
