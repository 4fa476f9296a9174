import type { LinkCost, Profile } from "../profile.ts";
import { median } from "../statistics/quantile.ts";
import type { LinkObservation } from "./observe-link.ts";
import type { WorkObservation } from "./observe-work.ts";

/** Looks at a pipeline that count: what fewer than half of them saw is a blip. */
export const LOOKS = 5;
/** So many looks after a step it is believed. */
export const LOOKS_TO_FOLLOW = (LOOKS >> 1) + 1;

/** What one look at a running pipeline told. */
export interface Observation {
  readonly links: readonly LinkObservation[];
  readonly work: readonly WorkObservation[];
}

/** The latest values of each quantity, by its name, latest last. Whatever was not observed is as the profile has it. */
export interface Belief {
  readonly values: ReadonlyMap<string, readonly number[]>;
}

/** Nothing was observed. */
export const NO_BELIEF: Belief = { values: new Map() };

/**
 * What is believed after one more look: of each quantity the median of the latest looks, the calibration's counting for those that there
 * were not yet. So a step is followed after 3 looks, and what lasts for fewer changes nothing (running median: Tukey,
 * Exploratory Data Analysis, 1977, chapter 7).
 */
export function observed(belief: Belief, { links, work }: Observation, profile: Profile): Belief {
  const values = new Map(belief.values);
  const see = (name: string, value: number, prior: number) => {
    const before = values.get(name) ?? new Array<number>(LOOKS).fill(prior);
    values.set(name, [...before.slice(1), value]);
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
  return { values };
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
      return moved(link, bandwidth && median(bandwidth), delay && median(delay));
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

/** What the calibration found of the fit's error holds for the fit, wherever it has moved. */
function moved(link: LinkCost, bandwidth = link.bandwidth, delay = link.delay): LinkCost {
  if (bandwidth === link.bandwidth && delay === link.delay) return link;
  const finite = bandwidth === null || !Number.isFinite(bandwidth) ? null : bandwidth;
  const { refits = [] } = link;
  const faster = finite !== null && link.bandwidth !== null ? finite / link.bandwidth : null;
  return {
    ...link,
    bandwidth: finite,
    delay,
    refits: refits.map(({ round, bandwidth: one, delay: late }) => ({
      round,
      bandwidth: one === null || faster === null ? finite : one * faster,
      delay: late + delay - link.delay,
    })),
  };
}

function linkName(between: readonly [string, string]): string {
  return `link ${[...between].sort().join("-")}`;
}

function sameEnds(one: readonly [string, string], other: readonly [string, string]): boolean {
  return linkName(one) === linkName(other);
}
