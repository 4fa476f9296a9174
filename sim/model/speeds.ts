/** While it lasts, so much of a speed is left: a share above 0. */
export interface SlowSpan {
  readonly from: number;
  readonly until: number;
  readonly share: number;
}

/** How far a machine that is slower for a while has come, and when it has come so far. */
export class Speeds {
  readonly #spans: readonly SlowSpan[];

  /** @param spans in turn, none overlapping another. */
  constructor(spans: readonly SlowSpan[]) {
    this.#spans = spans;
  }

  /** Seconds of work at full speed that could be done by a time. */
  workBy(time: number): number {
    let lost = 0;
    for (const { from, until, share } of this.#spans) {
      if (time <= from) break;
      lost += (1 - share) * (Math.min(time, until) - from);
    }
    return time - lost;
  }

  /** The time by which so much work could be done. */
  timeOf(work: number): number {
    let lost = 0;
    for (const { from, until, share } of this.#spans) {
      if (work + lost <= from) break;
      const within = from + (work + lost - from) / share;
      if (within < until) return within;
      lost += (1 - share) * (until - from);
    }
    return work + lost;
  }
}
