import { assemble, type Measured } from "../../sim/calibration/assemble.ts";
import type { Calibration } from "../../sim/calibration/calibration.ts";
import { driftOf } from "../../sim/calibration/drift.ts";
import { isKnown, knowledgeOf, ordersOf } from "../../sim/calibration/knowledge.ts";
import type { Reading } from "../../sim/calibration/reading.ts";
import { LEAST_PASSES, measureInRounds, type Rounds } from "../../sim/calibration/rounds.ts";
import { computeKey, contentKey, type Plan } from "../../sim/plan.ts";
import { type Fingerprint, type HostCost, PROFILE_VERSION, type Profile } from "../../sim/profile.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import { now } from "../stage/clock.ts";
import { type Batch, Cases } from "./cases.ts";
import { SECONDS_A_CASE } from "./default-effort.ts";
import { type Deploying, MeasuredBatch } from "./measured-batch.ts";
import { measureStalls } from "./sleep-stalls.ts";
import { type Subject, subjectOf } from "./subject.ts";

export interface CalibrationOptions extends Deploying {
  /** What is measured, and on what. */
  readonly fingerprint: Fingerprint;
  /** What relative folders in the topology are relative to. */
  readonly baseDirectory: string;
  /** Relative half-width that every cost's 95 % interval is to reach. */
  readonly precision: number;
  /** Seconds of measuring, as long as every case has been measured twice; `null`: `SECONDS_A_CASE` for each. Deploying comes on top. */
  readonly budget: number | null;
  /** Of this budget, what is to be used now. */
  readonly share: number;
  /** What earlier calibrations of the same have measured. */
  readonly known: { readonly readings: readonly Reading[]; readonly stalls: Profile["stalls"] };
  /** Called with each reading at once. */
  readonly onReading: (reading: Reading) => void;
  /** Called as work is done, from 0 to 1. */
  readonly onProgress?: (done: number, what: string) => void;
}

/**
 * Measures a topology's stages and links, each by itself: a stage in a pod of its own on its node, fed with the frames that
 * it gets in the pipeline. Nothing of it is a run of a plan. It ends when every cost's interval is narrow enough, or the budget is used up;
 * the profile says which it was of each cost.
 */
export async function calibrate(
  topology: Topology,
  plans: readonly Plan[],
  options: CalibrationOptions,
): Promise<Profile> {
  const { baseDirectory } = options;
  const subject = subjectOf(topology, plans, baseDirectory);
  const cases = new Cases(topology, plans, subject, baseDirectory);
  const emulated = new Set(topology.nodes.filter(({ speed }) => speed < 1).map(({ name }) => name));
  const { processes, nodes } = SECONDS_A_CASE;
  const { known } = options;
  const budget = options.share * (options.budget ?? (options.cluster.real ? nodes : processes) * cases.count);
  const readings: Reading[] = [...known.readings];
  const stalls = options.cluster.real ? null : [...(known.stalls ?? [])];
  // Of the machine that this runs on, while no pods are there.
  const look = async () => stalls?.push(await measureStalls(options.signal));
  await look();
  let seconds = 0;
  let left = cases.count;
  for (const batch of cases.batches(() => readings)) {
    const its = readings.filter((reading) => reading.batch === batch.name);
    // What is known counts as if it had been measured just now; what a batch leaves of its share is the next ones'.
    const share = (Math.max(0, budget - seconds) * batch.cases.length) / left;
    seconds += await measureBatch(batch, options, its, {
      precision: options.precision,
      budget: share,
      emulated,
      seed: topology.workload.seed,
      onReading: (reading, spent) => {
        readings.push(reading);
        options.onReading(reading);
        const passes = readings.length / (LEAST_PASSES * cases.count);
        options.onProgress?.((Math.min(1, passes) + Math.min(1, (seconds + spent) / budget)) / 2, reading.case);
      },
    });
    left -= batch.cases.length;
  }
  await look();
  return {
    version: PROFILE_VERSION,
    topology: topology.name,
    created: new Date().toISOString(),
    fingerprint: options.fingerprint,
    hosts: hostsOf(topology, options.fingerprint),
    ...assemble(readings, measuredIn(plans, subject)),
    stalls,
    calibration: calibrationOf(readings, emulated, {
      precision: options.precision,
      budget,
      seconds,
      ...(options.share < 1 && { share: options.share }),
    }),
  };
}

/** Cores of each host, as pods on its nodes see them; of one that no plan uses, as many as of any. */
function hostsOf({ hosts, nodes }: Topology, { machines }: Fingerprint): HostCost[] {
  return hosts.map(({ name: host }) => {
    const its = machines.filter((one) => nodes.some((node) => node.host === host && one.nodes.includes(node.name)));
    return { host, cores: Math.max(...(its.length === 0 ? machines : its).map(({ cores }) => cores)) };
  });
}

interface Effort extends Pick<Rounds, "precision" | "emulated" | "seed"> {
  /** Seconds, of measuring. */
  readonly budget: number;
  /** @param spent seconds that this batch has been measured for. */
  readonly onReading: (reading: Reading, spent: number) => void;
}

/** @returns seconds that it has been measured for, those of the known readings included. */
async function measureBatch(
  { name: batch, lines, cases }: Batch,
  options: CalibrationOptions,
  known: readonly Reading[],
  { budget, onReading, ...effort }: Effort,
): Promise<number> {
  const deployed = new MeasuredBatch(lines, options);
  const byName = new Map(cases.map((one) => [one.name, one]));
  const begin = now() - secondsOf(known);
  const spent = () => now() - begin - deployed.deploying;
  try {
    await measureInRounds({
      ...effort,
      deadline: budget,
      onReading: (reading) => onReading(reading, spent()),
      cases: [...byName.keys()],
      known,
      now: spent,
      measure: async (name, round) => {
        const { group, pods, measure } = byName.get(name)!;
        const { line, deployment } = await deployed.line(pods);
        const begin = now();
        const measured = await measure(line, deployment);
        return { batch, case: name, group, round, seconds: now() - begin, ...measured };
      },
    });
    return spent();
  } finally {
    await deployed.close();
  }
}

function calibrationOf(
  readings: readonly Reading[],
  emulated: ReadonlySet<string>,
  effort: Pick<Calibration, "precision" | "budget" | "seconds" | "share">,
): Calibration {
  const { precision } = effort;
  const orders = ordersOf(readings);
  const batches = [...new Set(readings.map(({ batch }) => batch))];
  return {
    ...effort,
    costs: knowledgeOf(readings, emulated).map((cost, i) => {
      return { ...cost, reached: isKnown(cost, precision), order: orders[i]! };
    }),
    drifts: batches.map((of) => ({
      of,
      ...driftOf(
        readings.filter(({ batch }) => batch === of),
        precision,
      ),
    })),
  };
}

/** What readings name by keys. */
function measuredIn(plans: readonly Plan[], { links }: Subject): Measured {
  const computes = new Map<string, Measured["computes"][number]>();
  const contents = new Map<string, Measured["contents"][number]>();
  for (const plan of plans) {
    for (const { stages } of plan.pods) {
      const key = computeKey(stages);
      const [input, output] = [stages[0]!.input, stages.at(-1)!.output];
      computes.set(key, { key, stages: stages.map(({ name }) => name), input, output });
    }
    for (const [hop, { compression, shape }] of plan.hops.entries()) {
      if (compression === "none") continue;
      const stages = plan.pods.slice(0, hop + 1).flatMap((pod) => pod.stages.map(({ name }) => name));
      contents.set(contentKey(plan, hop), { key: contentKey(plan, hop), stages, shape });
    }
  }
  return {
    computes: [...computes.values()].sort((a, b) => a.stages.length - b.stages.length),
    contents: [...contents.values()],
    links: links.map(({ link }) => link),
  };
}

function secondsOf(readings: readonly Reading[]): number {
  return readings.reduce((sum, { seconds }) => sum + seconds, 0);
}
