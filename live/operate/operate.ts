import { setTimeout as sleep } from "node:timers/promises";
import type { Rules } from "../../sim/operate/judge.ts";
import type { Aim } from "../../sim/operate/outlook.ts";
import type { Plan } from "../../sim/plan.ts";
import type { Profile } from "../../sim/profile.ts";
import type { Cluster, PodSpec } from "../clusters/cluster.ts";
import { Autopilot } from "./autopilot.ts";
import { type MoveRequest, serveControl } from "./control.ts";
import type { Event } from "./journal.ts";
import { Meter } from "./meter.ts";
import type { Migration } from "./migration.ts";
import { Operation } from "./operation.ts";
import { placeOf } from "./placement.ts";

export interface OperateOptions {
  readonly cluster: Cluster;
  /** The run's. */
  readonly folder: string;
  readonly logs: string;
  readonly pods: (plan: Plan, image?: string) => readonly PodSpec[];
  /** @throws Error that `isInput` knows if there is no such placement. */
  readonly planAt: (request: MoveRequest) => Plan;
  readonly isInput: (error: unknown) => boolean;
  readonly frames?: number;
  readonly signal: AbortSignal;
  readonly tell: (event: Event) => void;
  /** Left out: nobody moves the pipeline but who asks for it. */
  readonly autopilot?: {
    readonly profile: Profile;
    readonly candidates: readonly Plan[];
    readonly aim: Aim;
    readonly rules: Rules;
    readonly advises: boolean;
  };
  /** Is given the pipeline once it runs. */
  readonly onStarted?: (operation: Operation) => void;
}

/** Seconds between two looks at a pipeline. */
const INTERVAL = 1;

/**
 * Runs a pipeline until all frames are delivered, or the signal says so; meanwhile it is moved as is asked for at the run's control
 * socket, and by the autopilot. @returns frames that were delivered. @throws RunError, DeploymentError when it can't go on.
 */
export async function operate(plan: Plan, options: OperateOptions): Promise<number> {
  const { cluster, folder, logs, pods, planAt, isInput, frames, signal, tell, autopilot, onStarted } = options;
  tell({ event: "deploys", place: placeOf(plan), pods: plan.pods.map(({ name, node }) => `${name}@${node}`) });
  const operation = await Operation.start(plan, {
    cluster,
    logs,
    pods,
    signal,
    ...(frames !== undefined && { frames }),
  });
  const migrate = async (to: Plan, onStep: (step: string) => void = () => {}, image?: string): Promise<Migration> => {
    const step = (text: string) => {
      tell({ event: "step", to: placeOf(to), step: text });
      onStep(text);
    };
    try {
      const migration = await operation.migrate(to, step, image);
      tell({ event: "moved", ...migration });
      return migration;
    } catch (error) {
      tell({ event: "not moved", to: placeOf(to), why: (error as Error).message });
      throw error;
    }
  };
  const ended = operation.ended.then(
    () => "ended" as const,
    (error: Error) => error,
  );
  const aborted = new Promise<"aborted">((resolve) => {
    if (signal.aborted) resolve("aborted");
    signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
  const { consumer } = operation;
  const outcome = Promise.race([ended, aborted]);
  let pilot: Autopilot | null = null;
  let looking: Promise<void> | null = null;
  const troubles = new Set<string>();
  const tellOf = ({ message }: Error) => {
    if (troubles.has(message)) return;
    troubles.add(message);
    tell({ event: "autopilot fails", why: message });
  };
  try {
    const control = await serveControl(
      folder,
      (request, onStep) => migrate(planAt(request), onStep, request.image),
      isInput,
    );
    try {
      onStarted?.(operation);
      tell({ event: "streams", place: placeOf(plan) });
      if (autopilot !== undefined) {
        pilot = new Autopilot(operation, { ...autopilot, interval: INTERVAL, tell, migrate });
      }
      const meter = new Meter(operation);
      while ((await Promise.race([sleep(INTERVAL * 1e3), outcome])) === undefined) {
        const reading = await meter.read();
        const { delivered, throughput, p50, split } = reading;
        tell({ event: "second", delivered, throughput, p50, split });
        // A move takes longer than a look. A journal that can't be written ends this loop, too.
        looking ??=
          pilot === null
            ? null
            : pilot
                .look(reading)
                .catch(tellOf)
                .catch(() => {})
                .finally(() => (looking = null));
      }
    } finally {
      control.close();
    }
  } finally {
    pilot?.close();
    operation.end();
    // What it has just begun to deploy is to be stopped with all else.
    await looking;
    await operation.stop();
  }
  const { next: delivered, digest, repeated } = consumer;
  tell({ event: "ended", delivered, digest, repeated, place: placeOf(operation.line.plan) });
  const failure = await outcome;
  if (failure instanceof Error) throw failure;
  return delivered;
}
