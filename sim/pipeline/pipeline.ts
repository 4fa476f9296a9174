import { deepFreeze } from "../freeze.ts";
import type { Plan } from "../plan.ts";
import type { Profile } from "../profile.ts";
import { checkSpec } from "./check.ts";
import { madePlan } from "./made-plan.ts";
import { madeProfile } from "./made-profile.ts";
import type { PipelineSpec } from "./spec.ts";

/** A plan, and the profile that prices it. */
export interface Pipeline {
  /** Frozen. */
  readonly plan: Plan;
  /** Of nothing that was measured. */
  readonly profile: Profile;
}

/**
 * A plan and a profile from a description in code: what `edgetwin` makes of a topology file and measures.
 *
 *     const { plan, profile } = pipeline({
 *       nodes: [{ name: "edge", host: "camera" }, { name: "server", host: "rack" }],
 *       links: [{ between: ["edge", "server"], bandwidth: 12.5e6, delay: 0.002 }],
 *       pods: [{ cpu: 0.004 }, { cpu: [0.009, 0.011], node: "server" }],
 *       bytes: 230_400,
 *       rate: 30,
 *     });
 *     predict(plan, profile).latency.p95;
 *
 * @throws RangeError that names the field, its value and what it should be.
 */
export function pipeline(spec: PipelineSpec): Pipeline {
  const nodes = spec.nodes ?? [{ name: "edge" }];
  checkSpec(spec, nodes);
  const plan = deepFreeze(madePlan(spec, nodes));
  return { plan, profile: madeProfile(spec, plan) };
}
