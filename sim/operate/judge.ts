import type { Interval } from "../prediction.ts";

/** A placement that the pipeline could move to, beside where it is. */
export interface Candidate {
  readonly id: string;
  /** How much better it is, relative: 0.1 is a tenth more throughput, or a tenth more latency where it is now. Median, and 95 % interval. */
  readonly gain: number;
  readonly interval: Interval;
  /** Seconds for which nothing is delivered while the pipeline moves. */
  readonly pause: number;
}

/** When a pipeline is moved. */
export interface Rules {
  /** Gain that a move must promise, relative. */
  readonly threshold: number;
  /** Seconds after a move for which there is no other. */
  readonly dwell: number;
  /** Seconds for which what is so now is expected to stay so: a pause must be worth it. */
  readonly horizon: number;
  /** Judgements in a row that must say the same. */
  readonly confirm: number;
}

export const RULES: Rules = { threshold: 0.1, dwell: 10, horizon: 60, confirm: 2 };

/** Who comes back to where it was soon after, or could not move, waits so many times longer before the next move, up to so many seconds. */
const BACKOFF = 2;
const LONGEST_DWELL = 600;

/** What a judge remembers. */
export interface Mind {
  /** The placement that the last judgements were for, and how many in a row. */
  readonly favourite: string | null;
  readonly times: number;
  /** When the pipeline was moved last, or could not be, seconds, and from where it came; `null`: never. */
  readonly moved: { readonly at: number; readonly from: string } | null;
  /** Seconds for which it then stays, at least. */
  readonly dwell: number;
}

export function freshMind(rules: Rules): Mind {
  return { favourite: null, times: 0, moved: null, dwell: rules.dwell };
}

export interface Verdict {
  /** Where to; `null`: the pipeline stays. */
  readonly to: Candidate | null;
  /** The best that there is. */
  readonly best: Candidate | null;
  /** In a few words. */
  readonly why: string;
  readonly mind: Mind;
}

/**
 * Whether to move a pipeline: if the best of the others promises more than the threshold, is better with confidence, makes up for
 * the pause within the horizon, has been the best for several judgements in a row, and the last move is long enough ago.
 * @param time seconds, of any clock that goes on.
 */
export function judge(candidates: readonly Candidate[], time: number, mind: Mind, rules: Rules): Verdict {
  const best = candidates.reduce<Candidate | null>((a, b) => (a === null || b.gain > a.gain ? b : a), null);
  const stay = (why: string, times = 0): Verdict => ({
    to: null,
    best,
    why,
    mind: { ...mind, favourite: times === 0 ? null : best!.id, times },
  });
  if (best === null || best.gain <= 0) return stay("it is where it is best");
  if (best.gain < rules.threshold) return stay("less is to be gained than a move is worth");
  if (best.interval[0] <= 0) return stay("it may just as well lose");
  if ((best.gain / (1 + best.gain)) * rules.horizon <= best.pause) return stay("the pause costs more than is gained");
  const times = (mind.favourite === best.id ? mind.times : 0) + 1;
  if (times < rules.confirm) return stay("it is to be seen once more", times);
  if (mind.moved !== null && time - mind.moved.at < mind.dwell) return stay("the last move is not long ago", times);
  return { to: best, best, why: "it is better", mind: { ...mind, favourite: null, times: 0 } };
}

/** After a move. @param from where the pipeline was, @param to where it is. */
export function movedTo(mind: Mind, from: string, to: string, time: number, rules: Rules): Mind {
  const isBack = mind.moved !== null && mind.moved.from === to && time - mind.moved.at < 4 * mind.dwell;
  const dwell = isBack ? Math.min(BACKOFF * mind.dwell, LONGEST_DWELL) : rules.dwell;
  return { favourite: null, times: 0, moved: { at: time, from }, dwell };
}

/** After a move that could not be made, such as one to a node that has no room: each time it is longer before another is tried. */
export function failedToMove(mind: Mind, time: number): Mind {
  const dwell = Math.min(BACKOFF * mind.dwell, LONGEST_DWELL);
  return { favourite: null, times: 0, moved: { at: time, from: mind.moved?.from ?? "" }, dwell };
}
