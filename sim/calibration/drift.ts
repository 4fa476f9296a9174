import { exp, log } from "../engine/elementary.ts";
import { studentT95 } from "../statistics/interval.ts";
import { kendallTauB } from "../statistics/kendall.ts";
import { mean } from "../statistics/moments.ts";
import { median } from "../statistics/quantile.ts";
import { movesWithHost } from "./knowledge.ts";
import type { Reading } from "./reading.ts";

/** One round: how much longer everything took than over all rounds. */
export interface RoundLevel {
  readonly round: number;
  /** Cases that were measured in it. */
  readonly cases: number;
  /** Common factor of the round's cases: 1.1 is a host that was 10 % slower. */
  readonly factor: number;
  /** Standard error of the factor, relative. */
  readonly error: number;
}

export interface Drift {
  readonly rounds: readonly RoundLevel[];
  /** Slowest round over fastest, less 1: 0.1 is 10 %. */
  readonly range: number;
  /** Kendall's tau of factors against rounds where it is significant, 1: slower from round to round; `null`: no trend. */
  readonly trend: number | null;
  /** The round from which on the level is another one, and by how much (0.1: 10 % slower); `null`: none. */
  readonly shift: { readonly from: number; readonly by: number } | null;
  /** Whether the last three rounds are within `precision` of their mean; `null`: there were not so many. */
  readonly stable: boolean | null;
}

const SWEEPS = 10;
/** Rounds that a level is judged stable by, as Triton's perf_analyzer does (`--stability-percentage`). */
const LAST = 3;
/** Of fewer, no order is rarer than chance. */
const LEAST_FOR_TREND = 5;
/** Of fewer, nobody knows how rounds scatter. */
const LEAST_FOR_SHIFT = 3;
/** Standard errors that the clearest shift of level must exceed: more where few rounds tell how levels scatter. */
const CLEAR_SHIFT = 4;

/**
 * How the host's speed changed between rounds: the logarithm of a case's level in a round is taken as the case's own plus the
 * round's, found by median polish (Tukey, Exploratory Data Analysis, 1977, chapter 11), as rounds have different cases. The
 * level of a case is the geometric mean of its costs' medians.
 */
export function driftOf(readings: readonly Reading[], precision: number): Drift {
  const table = logLevels(readings);
  const numbers = [...new Set(table.map(({ round }) => round))].sort((a, b) => a - b);
  const ofRound = new Map(numbers.map((round) => [round, 0]));
  const ofCase = new Map(table.map(({ row }) => [row, 0]));
  const byRound = grouped(table, ({ round }) => round);
  const byCase = grouped(table, ({ row }) => row);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const [row, cells] of byCase)
      ofCase.set(row, median(cells.map(({ level, round }) => level - ofRound.get(round)!)));
    for (const [round, cells] of byRound)
      ofRound.set(round, median(cells.map(({ level, row }) => level - ofCase.get(row)!)));
  }
  const centre = numbers.length === 0 ? 0 : mean([...ofRound.values()]);
  const rounds = numbers.map((round): RoundLevel => {
    const cells = byRound.get(round)!;
    const residuals = cells.map(({ level, row }) => Math.abs(level - ofCase.get(row)! - ofRound.get(round)!));
    // 1.4826 MAD estimates the standard deviation; a median's standard error is 1.2533 times a mean's.
    const error = (1.2533 * 1.4826 * median(residuals)) / Math.sqrt(cells.length);
    return { round, cases: cells.length, factor: exp(ofRound.get(round)! - centre), error };
  });
  const factors = rounds.map(({ factor }) => factor);
  const last = factors.slice(-LAST);
  return {
    rounds,
    range: factors.length === 0 ? 0 : Math.max(...factors) / Math.min(...factors) - 1,
    trend: trendOf(factors),
    shift: shiftOf(rounds),
    stable: last.length < LAST ? null : last.every((factor) => Math.abs(factor / mean(last) - 1) <= precision),
  };
}

interface Cell {
  readonly row: string;
  readonly round: number;
  readonly level: number;
}

function logLevels(readings: readonly Reading[]): Cell[] {
  return readings.flatMap(({ round, case: row, costs }) => {
    const logs = costs.flatMap(({ name, samples }) => {
      const level = samples.length === 0 || !movesWithHost(name) ? 0 : median(samples);
      return level > 0 ? [log(level)] : [];
    });
    return logs.length === 0 ? [] : [{ row, round, level: mean(logs) }];
  });
}

/** Mann and Kendall's test at 5 %, by the normal approximation of S (Kendall, Rank Correlation Methods, 1970, chapter 4). */
function trendOf(factors: readonly number[]): number | null {
  const n = factors.length;
  if (n < LEAST_FOR_TREND) return null;
  const tau = kendallTauB(
    factors.map((_, i) => i),
    factors,
  );
  const s = (Math.abs(tau) * n * (n - 1)) / 2;
  const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  return s - 1 > 1.96 * deviation ? tau : null;
}

/**
 * The cut between rounds where the levels before and after it differ most for how much they scatter, if that is clear:
 * `CLEAR_SHIFT` standard errors, of the rounds' own scatter or of their factors, whichever is larger.
 */
function shiftOf(rounds: readonly RoundLevel[]): Drift["shift"] {
  if (rounds.length < LEAST_FOR_SHIFT) return null;
  let best: { from: number; by: number; clarity: number } | null = null;
  for (let cut = 1; cut < rounds.length; cut++) {
    const [before, after] = [rounds.slice(0, cut), rounds.slice(cut)];
    const by = average(after) - average(before);
    const scatter = Math.sqrt((squares(before) + squares(after)) / (rounds.length - 2));
    const own = Math.sqrt(mean(rounds.map(({ error }) => error ** 2)));
    const error = Math.max(scatter, own) * Math.sqrt(1 / before.length + 1 / after.length);
    const clarity = Math.abs(by) / error;
    const clear = (CLEAR_SHIFT * studentT95(rounds.length - 1)) / 1.96;
    if (clarity > clear && clarity > (best?.clarity ?? 0))
      best = { from: rounds[cut]!.round, by: exp(by) - 1, clarity };
  }
  return best && { from: best.from, by: best.by };
}

function average(rounds: readonly RoundLevel[]): number {
  return mean(rounds.map(({ factor }) => log(factor)));
}

function squares(rounds: readonly RoundLevel[]): number {
  const centre = average(rounds);
  return rounds.reduce((sum, { factor }) => sum + (log(factor) - centre) ** 2, 0);
}

function grouped<K>(cells: readonly Cell[], key: (cell: Cell) => K): Map<K, Cell[]> {
  const groups = new Map<K, Cell[]>();
  for (const cell of cells) {
    const group = groups.get(key(cell));
    if (group === undefined) groups.set(key(cell), [cell]);
    else group.push(cell);
  }
  return groups;
}
