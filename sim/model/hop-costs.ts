import { exp } from "../engine/elementary.ts";
import type { Plan, PlanHop } from "../plan.ts";
import type { LinkCost, Profile } from "../profile.ts";
import { payloadOf } from "./compression.ts";
import type { HopCosts } from "./costs.ts";
import { knownCost, residualOrder } from "./known-costs.ts";
import type { Luck } from "./luck.ts";
import { inOrder, MeasuredCost, relativeShares, type Samples } from "./measured-cost.ts";
import { findLink, timesOf, waited } from "./measured-pod.ts";
import { ProfileError } from "./profile-error.ts";

/**
 * What a hop of a plan costs in a replication, `null`: as it was measured.
 * @throws ProfileError naming the node or link that was not measured.
 */
export function hopCosts(plan: Plan, hop: PlanHop, index: number, profile: Profile): (luck: Luck | null) => HopCosts {
  const to = plan.pods[index + 1]!.node;
  const acknowledgement = new MeasuredCost(profile.acknowledgement, knownCost(profile, "acknowledgement", "", "idle"));
  if (hop.link === null) {
    const delay = waited((thread) => timesOf(profile, "loopback", to, thread, hop.bytes));
    return (luck) => ({
      bandwidth: Number.POSITIVE_INFINITY,
      delay: waited((thread) => delay[thread].drawn(luck, "loopback")),
      payload: [hop.bytes],
      acknowledgement: acknowledgement.drawn(luck, "acknowledgement"),
      relayCpuPerByte: 0,
    });
  }
  const link = findLink(profile, hop.link.between);
  if (link === undefined) {
    throw new ProfileError(`profile of ${profile.topology}: link ${hop.link.between.join("-")} was not measured`);
  }
  const between = link.between.join("-");
  const payload = payloadOf(plan, index, profile);
  const line = lineOf(link);
  const residuals = waited((thread) => {
    return new MeasuredCost(link.residuals[thread], { order: residualOrder(profile, link.between, thread) });
  });
  return (luck) => {
    const { bandwidth, delay } = line(luck);
    const { idle, cold } = residuals;
    return {
      bandwidth: bandwidth ?? Number.POSITIVE_INFINITY,
      delay: {
        idle: later(idle.residuals(luck, true, "link", between), delay),
        // The line is that of messages to idle threads: how far it may be off is theirs.
        cold: later(cold.residuals(luck, link.delay, "link", between), link.delay),
      },
      payload,
      acknowledgement: later(acknowledgement.drawn(luck, "acknowledgement"), delay),
      relayCpuPerByte: link.cpuPerByte,
    };
  };
}

/** A link's bandwidth and delay as they may be, by what they would be without one or the other round of the calibration. */
function lineOf({
  bandwidth,
  delay,
  refits = [],
}: LinkCost): (luck: Luck | null) => Pick<LinkCost, "bandwidth" | "delay"> {
  const measured = { bandwidth, delay };
  const rounds = refits.map(({ round }) => round);
  const slopes = relativeShares(refits.map((refit) => (refit.bandwidth === null ? 0 : 1 / refit.bandwidth)));
  const delays = relativeShares(refits.map((refit) => refit.delay));
  return (luck) => {
    if (luck === null || rounds.length < 2) return measured;
    return {
      bandwidth: bandwidth === null ? null : bandwidth * exp(-luck.errorOfFit(rounds, slopes)),
      delay: delay * exp(luck.errorOfFit(rounds, delays)),
    };
  };
}

/** Each by so many seconds, and none before its time. */
function later(samples: Samples, seconds: number): Samples {
  const result = new Float64Array(samples.length);
  for (let i = 0; i < result.length; i++) result[i] = Math.max(0, samples[i]! + seconds);
  return samples.order === undefined ? result : inOrder(result, samples.order);
}
