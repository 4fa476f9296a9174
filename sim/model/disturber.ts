import { isOf, leftOf } from "../disturbance.ts";
import type { Priced } from "./pod-maker.ts";
import type { Restarts } from "./restarts.ts";
import type { Shared } from "./shared.ts";
import { DISTURBANCE, type Simulation } from "./simulation.ts";

interface Act {
  readonly time: number;
  readonly perform: () => void;
}

/** Has the disturbances of a plan happen, each change before all else of its moment. */
export class Disturber {
  readonly #simulation: Simulation;
  readonly #source: number;
  /** Those to come, in turn. */
  readonly #acts: Act[];
  readonly #restarts: Restarts;
  readonly #end: () => number;

  /** @param end when the last frame was delivered, once that is so. */
  constructor(simulation: Simulation, shared: Shared, priced: Priced, restarts: Restarts, end: () => number) {
    this.#simulation = simulation;
    this.#source = simulation.claim(DISTURBANCE, simulation.disturbers.length);
    this.#restarts = restarts;
    this.#end = end;
    const acts = actsOf(shared, priced, restarts);
    // What ends at a time ends before another begins.
    this.#acts = [...acts.ends, ...acts.begins].sort((a, b) => a.time - b.time);
    this.#next();
  }

  /** What is to happen now; to be called at the event. */
  happen(): void {
    const { agenda, instants } = this.#simulation;
    if (this.#restarts.done) {
      agenda.remove(this.#source);
      // Nothing is left to happen: the line was over before, as every other was.
      if (agenda.first < 0 && instants.length === 0) agenda.now = this.#end();
      return;
    }
    while (this.#acts.length > 0 && this.#acts[0]!.time <= agenda.now) this.#acts.shift()!.perform();
    this.#next();
  }

  #next(): void {
    const { agenda } = this.#simulation;
    const act = this.#acts[0];
    if (act === undefined) agenda.remove(this.#source);
    else agenda.put(this.#source, act.time, Number.NEGATIVE_INFINITY);
  }
}

function actsOf(
  shared: Shared,
  { plan, costs }: Priced,
  restarts: Restarts,
): Readonly<Record<"begins" | "ends", readonly Act[]>> {
  const begins: Act[] = [];
  const ends: Act[] = [];
  for (const one of plan.disturbances ?? []) {
    if ("link" in one) {
      // Frames of this plan may not cross it.
      const hop = plan.hops.findIndex(({ link }) => link !== null && isOf(one, link.between));
      if (hop === -1) continue;
      const { bandwidth } = costs.hops[hop]!;
      const change = (to: number) => () => {
        for (const link of shared.linksOf(one.link)) {
          link.change(to);
          link.settle();
        }
      };
      begins.push({ time: one.from, perform: change(leftOf(one.bandwidth, bandwidth)) });
      ends.push({ time: one.until, perform: change(bandwidth) });
    } else if ("speed" in one) {
      const { speed } = plan.nodes.find(({ name }) => name === one.node)!;
      const here = plan.pods.findIndex(({ node }) => node === one.node);
      // Pods of an emulated node know beforehand how it goes.
      if (here === -1 || costs.pods[here]!.emulated !== null) continue;
      const host = shared.slowHostOf(plan, one.node);
      begins.push({ time: one.from, perform: () => host.change(leftOf(one.speed, speed) / speed) });
      ends.push({ time: one.until, perform: () => host.change(1) });
    } else if ("restart" in one) {
      plan.pods.forEach(({ node, stages }, pod) => {
        if (!("pod" in one ? stages.some(({ name }) => name === one.pod) : node === one.node)) return;
        begins.push({ time: one.at, perform: () => restarts.kill(pod) });
        ends.push({ time: one.at + one.restart, perform: () => restarts.start(pod) });
      });
    }
  }
  return { begins, ends };
}
