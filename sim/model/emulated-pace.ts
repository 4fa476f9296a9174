import type { CostKind } from "../calibration/reading.ts";
import { exp } from "../engine/elementary.ts";
import type { Thread } from "../profile.ts";
import { resample } from "../statistics/bootstrap.ts";
import { quantile } from "../statistics/quantile.ts";
import type { Luck } from "./luck.ts";
import { type MeasuredCost, relativeShares } from "./measured-cost.ts";

/**
 * How long a pod's work takes on the machine that an emulated node stands for, seconds a frame: 1/speed of what the host takes
 * in its better moments, the lower quartile of the calibration. The same for every frame, so that the host's own ups and downs do not
 * become the emulated machine's.
 */
export interface EmulatedPace {
  /** Decompression included. */
  readonly receive: number;
  /** All stages of the pod. */
  readonly compute: number;
  /** 0 where frames go as they are. */
  readonly compress: number;
  /** Compression not included. */
  readonly send: number;
}

/** The costs of a pod that its pace is made of. */
type Paced = "receive" | "decompress" | "compute" | "compress" | "send";

/**
 * Which samples each part is the lower quartile of, by what the thread did before. A busy thread reads several messages in one go, on
 * the account of the first: one by one tells more of each.
 */
const QUARTILE_OF: Readonly<Record<Paced, readonly Thread[]>> = {
  receive: ["idle"],
  decompress: ["idle"],
  compute: ["busy", "idle"],
  compress: ["busy", "idle"],
  send: ["idle"],
};

/** An emulated node's pace takes the lower quartile of such costs, and none but these. */
export function isPaced(kind: CostKind, thread: Thread): boolean {
  const paced: Partial<Record<string, readonly Thread[]>> = QUARTILE_OF;
  return paced[kind.replace("link-", "")]?.includes(thread) ?? false;
}

type PacedCosts = Readonly<Record<Paced, Readonly<Record<Thread, MeasuredCost>> | null>>;

/** The pace of a pod on a node of some speed in a replication, `null`: as it was measured. */
export function paceOf(costs: PacedCosts, speed: number): (luck: Luck | null) => EmulatedPace {
  const held = (paced: Paced) => {
    const measured = costs[paced];
    if (measured === null) return () => 0;
    const quartile = quartileOf(QUARTILE_OF[paced].map((thread) => measured[thread]));
    return (luck: Luck | null) => quartile(luck, paced) / speed;
  };
  const [receive, decompress, compute] = [held("receive"), held("decompress"), held("compute")];
  const [compress, send] = [held("compress"), held("send")];
  return (luck) => ({
    receive: receive(luck) + decompress(luck),
    compute: compute(luck),
    compress: compress(luck),
    send: send(luck),
  });
}

/** The lower quartile of all samples of some costs, and what it may be. */
function quartileOf(costs: readonly MeasuredCost[]): (luck: Luck | null, path: string) => number {
  const all = Float64Array.from(costs.flatMap(({ samples }) => Array.from(samples))).sort();
  const measured = quantile(all, 0.25);
  const rounds = costs.every((one) => one.rounds.length > 0)
    ? [...new Set(costs.flatMap((one) => one.rounds))].sort((a, b) => a - b)
    : [];
  let shares: readonly number[] | undefined;
  return (luck, path) => {
    if (luck === null || all.length < 2) return measured;
    if (rounds.length === 0) return quantile(resample(all, luck.stream("pace", path)).sort(), 0.25);
    shares ??= relativeShares(rounds.map((round) => quartileWithout(costs, round)));
    return measured * exp(luck.error(rounds, shares));
  };
}

function quartileWithout(costs: readonly MeasuredCost[], round: number): number {
  return quantile(Float64Array.from(costs.flatMap((one) => one.without(round))).sort(), 0.25);
}
