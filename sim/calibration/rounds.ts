import { RandomStream } from "../engine/random.ts";
import { shuffled } from "../statistics/shuffled.ts";
import { worthAnotherVisit } from "./effort.ts";
import { knowledgeOf } from "./knowledge.ts";
import type { Reading } from "./reading.ts";

/** Passes that every case gets, whatever the budget: of one there is no interval. */
export const LEAST_PASSES = 2;

export interface Rounds {
  /** Cases by name, each once. */
  readonly cases: readonly string[];
  /** Measures a case once more. */
  readonly measure: (name: string, round: number) => Promise<Reading>;
  /** What is known of these cases already, from a calibration that was cut off. */
  readonly known: readonly Reading[];
  /** Called with each new reading at once. */
  readonly onReading: (reading: Reading) => void;
  /** Relative half-width of a cost's 95 % interval that is good enough. */
  readonly precision: number;
  /** When to stop, by `now`; the least passes are made all the same. */
  readonly deadline: number;
  /** Seconds. */
  readonly now: () => number;
  /** Names of emulated nodes. */
  readonly emulated: ReadonlySet<string>;
  /** Of the order of measurements. */
  readonly seed: number;
}

/**
 * Measures cases in rounds until every cost's interval is narrow enough or the time is over. A round has a random order, so that a
 * host that is slow for some seconds is not slow for one case only. The first rounds have all cases; each later one the half of those
 * with something left to learn where a second brings most, so that every such case has its turn.
 * @returns all readings, the known ones first.
 */
export async function measureInRounds(rounds: Rounds): Promise<Reading[]> {
  const { cases, measure, onReading, precision, deadline, now, emulated } = rounds;
  const mine = new Set(cases);
  const readings = rounds.known.filter((reading) => mine.has(reading.case));
  const visit = async (name: string, round: number) => {
    const reading = await measure(name, round);
    readings.push(reading);
    onReading(reading);
  };
  for (let round = 1; round <= LEAST_PASSES; round++) {
    const done = new Set(readings.filter((one) => one.round === round).map((one) => one.case));
    for (const name of inRandomOrder(cases, rounds, round)) if (!done.has(name)) await visit(name, round);
  }
  for (let round = roundsOf(readings) + 1; now() < deadline; round++) {
    const open = worthAnotherVisit(readings, knowledgeOf(readings, emulated), precision, deadline - now());
    const half = open.slice(0, Math.ceil(open.length / 2));
    const seconds = new Map(half.map((one) => [one.case, one.seconds]));
    let visits = 0;
    for (const name of inRandomOrder([...seconds.keys()].sort(), rounds, round)) {
      if (now() + seconds.get(name)! > deadline) continue;
      await visit(name, round);
      visits++;
    }
    if (visits === 0) break;
  }
  return readings;
}

function roundsOf(readings: readonly Reading[]): number {
  return readings.reduce((most, { round }) => Math.max(most, round), 0);
}

/** The same for the same seed and round. */
function inRandomOrder(names: readonly string[], { seed }: Rounds, round: number): string[] {
  return shuffled(names, new RandomStream(seed, "calibration order", round, names.join()));
}
