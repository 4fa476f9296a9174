import { isClear, type Lead } from "./decide.ts";

/** A lead at a place on an axis: an index of its values, or a fraction between two. */
export interface LeadAt {
  readonly at: number;
  readonly lead: Lead;
}

/** Where one candidate's lead over another ends. */
export interface Crossing {
  /** Where the mean difference is 0. */
  readonly at: number;
  /**
   * Places where the 95 % interval of the difference holds 0, so that either may be the better: an interval for the crossing by
   * inversion of the test (Casella & Berger, Statistical Inference, section 9.2). `null`: it reaches beyond the axis.
   */
  readonly interval: readonly [low: number | null, high: number | null];
}

/** A place is found to this share of the distance between two points. */
const PRECISION = 1 / 128;
const MOST_STEPS = 10;

/**
 * Where a lead goes from positive to negative, found by refining between known places: by false position with the Illinois
 * variation (Dowell & Jarratt, BIT 11, 1971), which halves at worst and needs three or four predictions where the lead is smooth, as
 * common random numbers make it.
 *
 * @param known Leads at places in ascending order, the mean positive at some one and negative at a later one.
 * @param measure Predicts the lead at another place.
 * @throws RangeError if no two neighbours differ in sign that way.
 */
export function findCrossing(known: readonly LeadAt[], measure: (at: number) => Lead): Crossing {
  const places = [...known];
  const add = (at: number): Lead => {
    const lead = measure(at);
    const index = places.findIndex((place) => place.at > at);
    places.splice(index === -1 ? places.length : index, 0, { at, lead });
    return lead;
  };
  const ends = places.findIndex(({ lead }, i) => lead.mean >= 0 && (places[i + 1]?.lead.mean ?? 0) < 0);
  if (ends === -1) throw new RangeError("no crossing: the lead should go from positive to negative");
  const at = root(places[ends]!, places[ends + 1]!, ({ mean }) => mean, add);
  const low = clearUntil(places, add, at);
  const after = places.findIndex(({ at: place, lead }) => place >= at && isClear(lead) && lead.mean < 0);
  const last = places[after];
  const first = last && places[places.indexOf(last) - 1];
  const high = last && first ? root(first, last, ({ interval }) => interval[1], add) : null;
  return { at, interval: [low, high] };
}

/**
 * Up to where a lead is positive beyond doubt: between the last clear place that is known, up to `most`, and its neighbour; `null`: at no place.
 * @param places In ascending order; @param measure Predicts the lead at another place.
 */
export function clearUntil(
  places: readonly LeadAt[],
  measure: (at: number) => Lead,
  most = Number.POSITIVE_INFINITY,
): number | null {
  const last = places.findLastIndex(({ at, lead }) => at <= most && isClear(lead) && lead.mean > 0);
  const [clear, next] = [places[last], places[last + 1]];
  if (clear === undefined) return null;
  return next === undefined ? clear.at : root(clear, next, ({ interval }) => interval[0], measure);
}

/** Between a place where a value of the lead is at least 0 and a later one where it is below. */
function root(low: LeadAt, high: LeadAt, value: (lead: Lead) => number, measure: (at: number) => Lead): number {
  let [a, b] = [low.at, high.at];
  let [fa, fb] = [value(low.lead), value(high.lead)];
  // Neighbours of one sign: the place itself is what is known.
  if (fa < 0) return a;
  if (fb >= 0) return b;
  let side = 0;
  for (let step = 0; step < MOST_STEPS && b - a > PRECISION; step++) {
    const guess = (a * fb - b * fa) / (fb - fa);
    // Not so near to an end that nothing is learned.
    const at = Math.min(b - PRECISION / 2, Math.max(a + PRECISION / 2, guess));
    const f = value(measure(at));
    if (f >= 0) {
      if (side === 1) fb /= 2;
      [a, fa, side] = [at, f, 1];
    } else {
      if (side === -1) fa /= 2;
      [b, fb, side] = [at, f, -1];
    }
  }
  return fa === fb ? (a + b) / 2 : Math.min(b, Math.max(a, (a * fb - b * fa) / (fb - fa)));
}
