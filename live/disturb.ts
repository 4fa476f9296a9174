import { setTimeout as sleep } from "node:timers/promises";
import {
  type Disturbance,
  disturbanceText,
  leftOf,
  type NodeRestart,
  type Restart,
  type SlowLink,
} from "../sim/disturbance.ts";
import type { Plan, PlanPod } from "../sim/plan.ts";
import type { Happened } from "../sim/trace.ts";
import type { Deployment } from "./clusters/cluster.ts";
import type { LinkShape } from "./clusters/relay.ts";
import type { UnderWay } from "./driver.ts";
import { now } from "./stage/clock.ts";

/**
 * Why a disturbance can't be had on a cluster; `null`: it can.
 * @param real whether nodes and links are what they are, and not emulated.
 */
export function whyNot(disturbance: Disturbance, real: boolean): string | null {
  if ("burst" in disturbance) return "a source keeps to its rate";
  if ("speed" in disturbance)
    return real ? "a node is as fast as it is" : "an emulated node keeps the speed that it began with";
  if ("link" in disturbance && real) return "links of a cluster are what they are";
  return null;
}

/**
 * The last pod of a plan is killed during its runs: the driver is to take the frames that it delivers, as it is the only one that then
 * knows which those are.
 */
export function killsLast(plan: Plan): boolean {
  const last = plan.pods.at(-1)!;
  return (plan.disturbances ?? []).some((one) => "restart" in one && killedBy(one, plan).includes(last));
}

function killedBy(one: Restart | NodeRestart, { pods }: Plan): readonly PlanPod[] {
  return pods.filter(({ node, stages }) =>
    "pod" in one ? stages.some(({ name }) => name === one.pod) : node === one.node,
  );
}

/**
 * Has the disturbances of a plan happen to a line while a run streams through it, at their times from the run's beginning; those that
 * are still to come when the run ends do not. @returns what was done, in turn: where a pod took longer to serve again than it should,
 * so it says. Links are as they were before when this is over. @throws DeploymentError if a pod does not start again.
 */
export async function disturb(plan: Plan, deployment: Deployment, run: UnderWay): Promise<readonly Happened[]> {
  const happened: Happened[] = [];
  await Promise.all(
    (plan.disturbances ?? []).map(async (one) => {
      const at = "from" in one ? one.from : one.at;
      if (!(await comes(run, at))) return;
      if ("restart" in one) happened.push(await restart(one, plan, deployment, run));
      else if ("link" in one) happened.push(await slow(one, plan, deployment, run));
    }),
  );
  return happened.sort((a, b) => a.from - b.from);
}

/** Resolves when so many seconds of a run are over; `false`: the run was before. */
async function comes({ begin, ended }: UnderWay, seconds: number): Promise<boolean> {
  try {
    await sleep(Math.max(0, begin + seconds - now()) * 1e3, undefined, { signal: ended });
    return true;
  } catch {
    return false;
  }
}

/** Kills pods, all at once, and has them stay away for a while. */
async function restart(
  one: Restart | NodeRestart,
  plan: Plan,
  deployment: Deployment,
  run: UnderWay,
): Promise<Happened> {
  const killed = killedBy(one, plan);
  await Promise.all(killed.map(({ name }) => run.keep(name)));
  const from = now();
  if (killed.length === 0) await comes(run, one.at + one.restart);
  else await Promise.all(killed.map(({ name }) => deployment.replace(name, "SIGKILL", one.restart)));
  return { what: disturbanceText(one), from, until: now() };
}

async function slow(one: SlowLink, { hops }: Plan, deployment: Deployment, run: UnderWay): Promise<Happened> {
  // Frames of this plan may not cross it.
  const link = hops.map((hop) => hop.link).find((link) => link?.between.every((end) => one.link.includes(end)));
  const bandwidth = link?.bandwidth ?? null;
  const left = leftOf(one.bandwidth, bandwidth ?? Number.POSITIVE_INFINITY);
  const shape = async (to: LinkShape) => (link ? await deployment.shape(link, to) : undefined);
  const from = now();
  await shape(left === 0 ? { cut: true } : { bandwidth: left });
  await comes(run, one.until);
  const until = now();
  await shape({ bandwidth, cut: false });
  return { what: disturbanceText(one), from, until };
}
