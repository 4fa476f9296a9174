import type { LinkCost, Profile } from "../profile.ts";
import { mean } from "../statistics/moments.ts";
import { median } from "../statistics/quantile.ts";
import type { LinkObservation } from "./observe-link.ts";
import type { WorkObservation } from "./observe-work.ts";

/** Looks at a pipeline that count: what fewer than half of them saw is a blip. */
export const LOOKS = 5;
/** So many looks after a step it is believed. */
export const LOOKS_TO_FOLLOW = (LOOKS >> 1) + 1;

/** Looks agree on a bandwidth that differ by no more than this factor from their median. */
const NEAR = 1.5;

/** What one look at a running pipeline told. */
export interface Observation {
  readonly links: readonly LinkObservation[];
  readonly work: readonly WorkObservation[];
}

/** What was not seen for so many looks is as if nobody had seen it ever. */
const REMEMBERED = 300;

/** Whatever was not observed is as the profile has it. */
export interface Belief {
  /** The latest values of each quantity, by its name, latest last. */
  readonly values: ReadonlyMap<string, readonly number[]>;
  /** How many looks ago each was seen last. */
  readonly ages: ReadonlyMap<string, number>;
}

/** Nothing was observed. */
export const NO_BELIEF: Belief = { values: new Map(), ages: new Map() };

/**
 * What is believed after one more look: of each quantity the median of the latest looks, the calibration's counting for those that there
 * were not yet. So a step is followed after 3 looks, and what lasts for fewer changes nothing (running median: Tukey,
 * Exploratory Data Analysis, 1977, chapter 7).
 */
export function observed(belief: Belief, { links, work }: Observation, profile: Profile): Belief {
  const values = new Map(belief.values);
  const ages = new Map([...belief.ages].map(([name, age]) => [name, age + 1]));
  for (const [name, age] of ages) {
    if (age <= REMEMBERED) continue;
    values.delete(name);
    ages.delete(name);
  }
  const see = (name: string, value: number, prior: number) => {
    const before = values.get(name) ?? new Array<number>(LOOKS).fill(prior);
    values.set(name, [...before.slice(1), value]);
    ages.set(name, 0);
  };
  for (const { between, bandwidth, delay, atLeast } of links) {
    const cost = profile.links.find((link) => sameEnds(link.between, between));
    if (cost === undefined) continue;
    const prior = cost.bandwidth ?? Number.POSITIVE_INFINITY;
    const name = linkName(between);
    const now = median(values.get(`${name} bandwidth`) ?? [prior]);
    if (bandwidth !== null) see(`${name} bandwidth`, bandwidth, prior);
    // What it carries beside what is believed of it: more is possible, less says nothing.
    else if (atLeast !== null && atLeast > now) see(`${name} bandwidth`, atLeast, prior);
    if (delay !== null) see(`${name} delay`, delay, cost.delay);
  }
  for (const { node, key, ratio } of work) see(`${node} ${key}`, ratio, 1);
  return { values, ages };
}

/** The profile as it is now by what is believed: a stage that was not seen on a node takes as much longer there as those that were. */
export function believedProfile(profile: Profile, { values }: Belief): Profile {
  const ratioOf = (node: string, key: string): number => {
    const own = values.get(`${node} ${key}`);
    if (own !== undefined) return median(own);
    const others = [...values].filter(([name]) => name.startsWith(`${node} `)).map(([, seen]) => median(seen));
    return others.length === 0 ? 1 : median(others);
  };
  return {
    ...profile,
    computes: profile.computes.map((cost) => {
      const ratio = ratioOf(cost.node, cost.key);
      const scaled = (samples: readonly number[]) => samples.map((sample) => sample * ratio);
      const { busy, idle, cold } = cost.cpu;
      return ratio === 1 ? cost : { ...cost, cpu: { busy: scaled(busy), idle: scaled(idle), cold: scaled(cold) } };
    }),
    links: profile.links.map((link) => {
      const name = linkName(link.between);
      const bandwidth = values.get(`${name} bandwidth`);
      const delay = values.get(`${name} delay`);
      return moved(link, bandwidth, delay);
    }),
  };
}

/** By how much two beliefs differ at most, relative: 0.1 is a tenth. */
export function distance(one: Belief, other: Belief): number {
  let most = 0;
  for (const name of new Set([...one.values.keys(), ...other.values.keys()])) {
    const [a, b] = [one.values.get(name), other.values.get(name)];
    if (a === undefined || b === undefined) return Number.POSITIVE_INFINITY;
    const [was, is] = [median(a), median(b)];
    if (was !== is) most = Math.max(most, Math.max(was, is) / Math.min(was, is) - 1);
  }
  return most;
}

/** A link that was looked at: how well it is known is by how much the looks differ that make up the majority, not by what the calibration found. */
function moved(
  link: LinkCost,
  bandwidths: readonly number[] | undefined,
  delays: readonly number[] | undefined,
): LinkCost {
  if (bandwidths === undefined && delays === undefined) return link;
  const fixed = new Array<number>(LOOKS).fill(link.bandwidth ?? Number.POSITIVE_INFINITY);
  const looks = (bandwidths ?? fixed).map((bandwidth, i) => ({
    slope: 1 / bandwidth,
    wait: delays?.[i] ?? link.delay,
  }));
  const agreed = agreeing(looks);
  const [slopes, waits] = [agreed.map(({ slope }) => slope), agreed.map(({ wait }) => wait)];
  const finite = (bandwidth: number) => (Number.isFinite(bandwidth) ? bandwidth : null);
  return {
    ...link,
    bandwidth: finite(median(bandwidths ?? fixed)),
    delay: delays === undefined ? link.delay : median(delays),
    refits: slopes.map((_, round) => ({
      round,
      bandwidth: finite(1 / mean(without(slopes, round))),
      delay: mean(without(waits, round)),
    })),
  };
}

interface Look {
  readonly slope: number;
  readonly wait: number;
}

/** Looks whose bandwidth is near the median, and those at least that decide on it: others are of before a step, or odd. */
function agreeing(looks: readonly Look[]): Look[] {
  const middle = median(looks.map(({ slope }) => slope));
  const sorted = looks.toSorted((a, b) => Math.abs(a.slope - middle) - Math.abs(b.slope - middle));
  const near = sorted.filter(({ slope }) => slope <= NEAR * middle && slope * NEAR >= middle);
  return sorted.slice(0, Math.max(LOOKS_TO_FOLLOW, near.length));
}

function without(values: readonly number[], index: number): number[] {
  return values.filter((_, i) => i !== index);
}

function linkName(between: readonly [string, string]): string {
  return `link ${[...between].sort().join("-")}`;
}

function sameEnds(one: readonly [string, string], other: readonly [string, string]): boolean {
  return linkName(one) === linkName(other);
}
