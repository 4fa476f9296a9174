import type { SampleOrder } from "../../sim/calibration/calibration.ts";
import type { CostError } from "../../sim/calibration/knowledge.ts";
import type { Profile } from "../../sim/profile.ts";
import { mean } from "../../sim/statistics/moments.ts";

/** The profile, with what a calibration knows of the kernels that one key stands for on node `edge`. */
export function calibratedAs(
  profile: Profile,
  of: string,
  samples: readonly number[],
  order: SampleOrder,
  error: CostError | null = null,
): Profile {
  const costs = (["busy", "idle", "cold"] as const).map((thread): Profile["calibration"]["costs"][number] => ({
    name: { kind: "compute", of, nodes: ["edge"], thread, at: 0 },
    figure: "mean",
    seconds: mean(samples),
    error: null,
    ofMean: error,
    halfWidth: null,
    weight: 1,
    case: "the only one",
    passes: order.visits.length,
    samples: samples.length,
    outliers: { count: 0, worst: 1 },
    spent: 1,
    reached: false,
    order,
  }));
  return { ...profile, calibration: { ...profile.calibration, costs } };
}
