import { median } from "../../sim/statistics/quantile.ts";
import type { Trace } from "../../sim/trace.ts";
import { now } from "../stage/clock.ts";
import type { Operation } from "./operation.ts";
import { WATCHED, watched } from "./watch.ts";

/** What a pipeline did since it was last looked at. */
export interface Reading {
  /** Frames that were delivered since it began. */
  readonly delivered: number;
  /** Frames per second. */
  readonly throughput: number;
  /** Median latency, seconds, from the moment that a frame was due (or, saturated, begun) until it was here; `null`: nothing came. */
  readonly p50: number | null;
  readonly split: string;
  /** Of the latest of these frames; `null` if a pod has lost its record. */
  readonly trace: Trace | null;
}

/** Reads throughput and latency of a pipeline from time to time. */
export class Meter {
  readonly #operation: Operation;
  #next: number;
  #time: number;

  constructor(operation: Operation) {
    this.#operation = operation;
    this.#next = operation.consumer.next;
    this.#time = now();
  }

  async read(): Promise<Reading> {
    const { consumer, line } = this.#operation;
    const time = now();
    const end = consumer.next;
    const throughput = (end - this.#next) / (time - this.#time);
    const first = Math.max(this.#next, end - WATCHED);
    this.#next = end;
    this.#time = time;
    const trace = await watched(this.#operation, first, end);
    const times = trace === null ? [] : latencies(this.#operation, trace, first);
    const p50 = times.length === 0 ? null : median(times);
    return { delivered: end, throughput, p50, split: line.plan.split, trace };
  }
}

function latencies({ consumer }: Operation, { scheduled, pods }: Trace, first: number): number[] {
  const { seconds } = pods[0]!.clock;
  const times = Array.from(scheduled, (due, i) => consumer.deliveredAt(first + i) - due - seconds);
  return times.filter((one) => !Number.isNaN(one));
}
