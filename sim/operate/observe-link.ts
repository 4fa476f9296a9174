import type { LinkCost } from "../profile.ts";
import { median, quantile } from "../statistics/quantile.ts";
import type { PodTrace } from "../trace.ts";

/** What frames that crossed a link tell of it. */
export interface LinkObservation {
  /** Names of the nodes. */
  readonly between: readonly [string, string];
  /** One-way delay, seconds; `null`: nothing was acknowledged. */
  readonly delay: number | null;
  /** Bytes per second of payload; `null`: no frame's time was the link's alone. */
  readonly bandwidth: number | null;
  /** Bytes per second that it carries at least: so many came. */
  readonly atLeast: number | null;
}

/** Of all round trips, those are looked at that waited least for anything else. */
const LEAST_WAITED = 0.1;
/** A frame by itself can only be late, not early; one that follows another is early when that was late. */
const QUICKEST = 0.25;
/** Frames that tell a bandwidth, at least. */
const FEWEST = 3;
/** A transfer is told from what else happens if it takes this share of the whole time at least. */
const TELLING = 0.1;

/**
 * Bandwidth and delay of a link by the stamps of its two ends. The delay is that of acknowledgements, which are too small to take time on the
 * wire: of the quickest, as busy threads read them late (the minimum filter of Mills, RFC 5905, section 10), less what they take on
 * loopback. A frame's transfer begins when it is sent, or when the one before it is through, and ends when it arrives, less delay and
 * what the receiver takes; frames that come one after the other are a bandwidth's packet pairs (Keshav, SIGCOMM 1991). Only
 * frames count for which the receiver waited: one that is busy reads them later than they came.
 * @param cost the calibration's, for what is not the link's; @param acknowledgement samples over loopback, seconds.
 */
export function observeLink(
  from: PodTrace,
  to: PodTrace,
  cost: LinkCost,
  acknowledgement: readonly number[],
): LinkObservation {
  const offset = to.clock.seconds - from.clock.seconds;
  const delay = delayOf(from, to, offset, acknowledgement);
  const wait = delay ?? cost.delay;
  const receiving = cost.residuals.idle.length === 0 ? 0 : Math.max(0, median(cost.residuals.idle));
  // Seconds per byte: of frames that found the link empty, and of those that came right after another.
  const alone: number[] = [];
  const following: number[] = [];
  let [bytes, first, last] = [0, Number.NaN, Number.NaN];
  for (let i = 1; i < to.arrived.length; i++) {
    const sent = from.sent[i]! - offset;
    const arrived = to.arrived[i]!;
    const before = to.arrived[i - 1]!;
    if (Number.isNaN(sent + arrived + before)) continue;
    if (Number.isNaN(first)) first = before;
    last = arrived;
    bytes += from.sentBytes[i]!;
    const queued = before - wait - receiving > sent;
    // A frame's arrival is known where the receiver had nothing else to do; what it follows, too.
    if (!waited(to, i) || (queued && !waited(to, i - 1))) continue;
    const begun = queued ? before - wait - receiving : sent;
    const transfer = arrived - wait - receiving - begun;
    if (transfer > TELLING * (arrived - begun)) (queued ? following : alone).push(transfer / from.sentBytes[i]!);
  }
  const told = alone.length > following.length ? alone : following;
  const carried = bytes / (last - first);
  return {
    between: cost.between,
    delay,
    bandwidth:
      told.length < FEWEST ? null : 1 / quantile(Float64Array.from(told).sort(), told === alone ? QUICKEST : 0.5),
    atLeast: carried > 0 && Number.isFinite(carried) ? carried : null,
  };
}

/** The receiver was done with the frame before when this one came. */
function waited({ arrived, end }: PodTrace, i: number): boolean {
  return i > 0 && end[i - 1]! <= arrived[i]!;
}

function delayOf(from: PodTrace, to: PodTrace, offset: number, acknowledgement: readonly number[]): number | null {
  const times: number[] = [];
  for (let i = 0; i < to.acked.length; i++) {
    const time = from.acked[i]! - to.acked[i]! - offset;
    if (!Number.isNaN(time)) times.push(time);
  }
  if (times.length < FEWEST) return null;
  const usual = acknowledgement.length === 0 ? 0 : low(acknowledgement);
  return Math.max(0, low(times) - usual);
}

function low(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), LEAST_WAITED);
}
