import type { CostKind } from "../calibration/reading.ts";
import type { EmulatedPace } from "../plan.ts";
import type { Thread } from "../profile.ts";
import { quantile } from "../statistics/quantile.ts";
import type { MeasuredCost } from "./measured-cost.ts";

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

/**
 * The pace of a pod on a node of some speed. It is not uncertain as costs are: an emulated machine is what the calibration makes of it,
 * and the testbed holds pods to just that.
 */
export function paceOf(costs: PacedCosts, speed: number): EmulatedPace {
  const held = (paced: Paced) => {
    const measured = costs[paced];
    if (measured === null) return 0;
    const samples = QUARTILE_OF[paced].flatMap((thread) => Array.from(measured[thread].samples));
    return quantile(Float64Array.from(samples).sort(), 0.25) / speed;
  };
  return {
    receive: held("receive") + held("decompress"),
    compute: held("compute"),
    compress: held("compress"),
    send: held("send"),
  };
}
