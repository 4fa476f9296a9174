import { type SampleOrder, UNMEASURED } from "../../sim/calibration/calibration.ts";
import { knowledgeOf, ordersOf } from "../../sim/calibration/knowledge.ts";
import type { Reading } from "../../sim/calibration/reading.ts";
import { RandomStream } from "../../sim/engine/random.ts";
import type { Plan } from "../../sim/plan.ts";
import type { Profile } from "../../sim/profile.ts";
import { type LineSpec, line } from "../sim/fixtures.ts";

const THREADS = ["busy", "idle", "cold"] as const;

/** A world in which everything is known: stages in a pod each, on a host that is in another mood in every pass. */
export interface World {
  /** Mean CPU seconds a frame of each stage. */
  readonly means: readonly number[];
  /** Frames of a pass: for so long all of a stage takes longer or shorter by the same, in calibration and in real runs. */
  readonly pass: number;
  /** Coefficients of variation: of passes, what all stages have in common of that and each by itself; of frames in a pass. */
  readonly host: number;
  readonly own: number;
  readonly within: number;
  readonly spec?: Partial<LineSpec>;
}

/** The plan, and the profile of a calibration of so many passes. */
export function calibrated(world: World, passes: number, seed: number): { plan: Plan; profile: Profile } {
  const { plan, profile } = line({ ...world.spec, pods: world.means.map((cpu) => ({ cpu })), seed });
  const readings = Array.from({ length: passes }, (_, i) => readingsOf(world, seed, i + 1)).flat();
  const orders = ordersOf(readings);
  const costs = knowledgeOf(readings, new Set(plan.nodes.filter(({ speed }) => speed < 1).map(({ name }) => name)));
  const samples = world.means.map((_, stage) => {
    const name = `stage ${stage}`;
    return readings.filter((one) => one.case === name).flatMap((one) => one.costs[0]!.samples);
  });
  return {
    plan,
    profile: {
      ...withComputes(profile, samples),
      calibration: { ...UNMEASURED, costs: costs.map((cost, i) => ({ ...cost, reached: false, order: orders[i]! })) },
    },
  };
}

/** The profile that gives a run of the plan what a real one would meet: passes that the calibration has not seen. */
export function real(world: World, { workload: { frames } }: Plan, profile: Profile, seed: number): Profile {
  const rounds = Array.from({ length: Math.ceil(frames / world.pass) }, (_, i) => i);
  const samples = world.means.map((_, stage) => {
    return rounds.flatMap((i) => passOf(world, stage, seed, `real ${i}`)).slice(0, frames);
  });
  const order: SampleOrder = { visits: [{ round: 1, samples: frames, level: 1 }], block: frames };
  const costs = profile.calibration.costs.map((cost) => ({ ...cost, order }));
  return { ...withComputes(profile, samples), calibration: { ...UNMEASURED, costs } };
}

function readingsOf(world: World, seed: number, round: number): Reading[] {
  return world.means.map((_, stage) => {
    const samples = passOf(world, stage, seed, round);
    const costs = THREADS.map((thread) => {
      return { name: { kind: "compute", of: `key-${stage}-0`, nodes: ["edge"], thread, at: 0 } as const, samples };
    });
    return { batch: "pods", case: `stage ${stage}`, group: "1x1", round, seconds: 1, costs };
  });
}

function passOf(
  { means, pass: length, host, own, within }: World,
  stage: number,
  seed: number,
  pass: string | number,
): number[] {
  const common = new RandomStream(seed, "host", pass).lognormal(1, host);
  const random = new RandomStream(seed, "stage", stage, pass);
  const level = random.lognormal(means[stage]! * common, own);
  return Array.from({ length }, () => random.lognormal(level, within));
}

function withComputes(profile: Profile, samples: readonly (readonly number[])[]): Profile {
  const computes = profile.computes.map((cost, i) => {
    return { ...cost, cpu: { busy: samples[i]!, idle: samples[i]!, cold: samples[i]! } };
  });
  return { ...profile, computes };
}
