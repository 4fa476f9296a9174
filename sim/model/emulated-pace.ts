import type { CostKind } from "../calibration/reading.ts";
import { exp } from "../engine/elementary.ts";
import type { Thread } from "../profile.ts";
import { resample } from "../statistics/bootstrap.ts";
import { quantile } from "../statistics/quantile.ts";
import type { Luck } from "./luck.ts";
import type { MeasuredCost } from "./measured-cost.ts";

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

/** The lower quartile of all samples of some costs, and what it may be: off by as much as they are, on average. */
function quartileOf(costs: readonly MeasuredCost[]): (luck: Luck | null, path: string) => number {
  const all = Float64Array.from(costs.flatMap(({ samples }) => Array.from(samples))).sort();
  const measured = quantile(all, 0.25);
  return (luck, path) => {
    if (luck === null || all.length < 2) return measured;
    let sum = 0;
    for (const cost of costs) {
      const error = cost.error(luck);
      if (error === null) return quantile(resample(all, luck.stream("pace", path)).sort(), 0.25);
      sum += error;
    }
    return measured * exp(sum / costs.length);
  };
}
