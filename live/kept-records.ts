import { STAMPS, type Stamp, type Trace } from "../sim/trace.ts";
import type { FetchedTrace } from "./measure/pod-client.ts";

/** Columns that are no time. */
const AMOUNTS: ReadonlySet<Stamp> = new Set([
  ...(["computeCpu", "receiveCpu", "sendCpu"] as const),
  ...(["decompressCpu", "compressCpu", "sentBytes"] as const),
]);

/** What pods had recorded of a run before they were killed, which goes with them. */
export class KeptRecords {
  readonly #kept = new Map<number, FetchedTrace>();

  /** @param pod its index. */
  keep(pod: number, record: FetchedTrace): void {
    this.#kept.set(pod, this.mended(pod, record, 0));
  }

  /**
   * What a pod knows now, and where that is nothing, what was kept.
   * @param shift what to add to stamps of before: it may be on another machine since, whose clock is another.
   */
  mended(pod: number, record: FetchedTrace, shift: number): FetchedTrace {
    const kept = this.#kept.get(pod);
    if (kept === undefined) return record;
    const mend = (now: Float64Array, before: Float64Array, by: number) =>
      now.map((value, n) => (Number.isNaN(value) ? before[n]! + by : value));
    const columns = Object.fromEntries(
      STAMPS.map((stamp) => [stamp, mend(record.trace[stamp], kept.trace[stamp], AMOUNTS.has(stamp) ? 0 : shift)]),
    ) as Pick<Trace["pods"][number], Stamp>;
    const length = Math.max(record.digests.length, kept.digests.length);
    return {
      trace: { ...record.trace, ...columns },
      scheduled: mend(record.scheduled, kept.scheduled, shift),
      digests: Array.from({ length }, (_, n) => record.digests[n] || (kept.digests[n] ?? "")),
    };
  }
}
