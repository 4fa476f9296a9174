import type { CostTable } from "./cost-table.ts";
import type { Wish } from "./objective.ts";
import type { PlacedPod, Placement } from "./space.ts";

/**
 * Bounds of a placement from mean costs: what no run of it beats in the long run. Sums and maxima over its pods and hops, so that
 * a placement is scored pod by pod, and a part of it is a bound of all that begins so.
 */
export interface Score {
  /** Seconds of the busiest pod or link per frame. */
  readonly slowest: number;
  /** CPU seconds per frame of each host. */
  readonly loads: readonly number[];
  /** Seconds from when a frame is handed over by the first pod until its acknowledgement is back, with nobody before it. */
  readonly round: number;
  /** Seconds of a frame that waits for nobody. */
  readonly latency: number;
  /** Bytes that stages need on the node of the last pod. */
  readonly memory: number;
  /** Joules per frame, besides what nodes take idle. */
  readonly joules: number;
  /** Watts of idle nodes that hold a stage, and their price per second. */
  readonly watts: number;
  readonly price: number;
}

/** Of no pod yet. */
export function emptyScore({ cores }: CostTable): Score {
  return { slowest: 0, loads: cores.map(() => 0), round: 0, latency: 0, memory: 0, joules: 0, watts: 0, price: 0 };
}

/**
 * Adds a pod to a score, with the hop behind it.
 *
 * A pod's cycle is all CPU time of its thread, or what an emulated node holds it to if that is longer (its workers': compute over
 * their number). A link carries the frames of one hop only, as nothing goes back. Energy is that of machines whose power
 * grows linearly with their utilisation, P = idle + (busy - idle) u (Fan, Weber & Barroso, Power Provisioning for a Warehouse-sized Computer,
 * ISCA 2007, section 4), u being the share of the node's cores that its pods keep busy; nodes without a stage take none, links neither.
 *
 * @param before node of the pod before it, -1 for the first. @param next node of the pod behind it, -1 for the last.
 */
export function withPod(table: CostTable, score: Score, pod: PlacedPod, before: number, next: number): Score {
  const { from, to, node } = pod;
  const { nodes, memory } = table.space;
  const at = table.segment(from, to, node);
  const into = before === -1 ? -1 : table.hop(from, before, node);
  const out = next === -1 ? -1 : table.hop(to, node, next);
  const received = into === -1 ? 0 : table.receive[into]!;
  const receivedHeld = into === -1 ? 0 : table.receiveHeld[into]!;
  const sent = out === -1 ? 0 : table.send[out]!;
  const sentHeld = out === -1 ? 0 : table.sendHeld[out]!;
  const cycle = cycleOf(table, at, received, receivedHeld, sent, sentHeld);

  const host = table.hosts[node]!;
  const cpu = received + table.compute[at]! + sent + (out === -1 ? 0 : table.relay[out]!);
  const held = receivedHeld + table.computeHeld[at]!;
  const waiting = (into === -1 ? 0 : table.receiveWaiting[into]!) + table.computeWaiting[at]!;
  const lag = out === -1 ? 0 : table.lag[out]!;
  const round = into === -1 ? 0 : Math.max(received + table.compute[at]!, held);

  const entered = before !== node;
  const { power, price = 0 } = nodes[node]!;
  const busy = (Math.max(1, table.workers) * cycle) / table.cores[host]!;
  let needed = entered ? 0 : score.memory;
  for (let stage = from; stage < to; stage++) needed += memory[stage]!;
  const loads = score.loads.slice();
  loads[host] = loads[host]! + cpu;
  return {
    slowest: Math.max(score.slowest, cycle, out === -1 ? 0 : table.link[out]!),
    loads,
    round: score.round + round + (out === -1 ? 0 : lag + table.back[out]!),
    latency: score.latency + Math.max(waiting, held) + (out === -1 ? 0 : table.ready[out]! + lag),
    memory: needed,
    joules: score.joules + (power === undefined ? 0 : (power.busy - power.idle) * busy),
    watts: score.watts + (entered && power !== undefined ? power.idle : 0),
    price: score.price + (entered ? price / 3600 : 0),
  };
}

/** Seconds per frame of a pod with these costs of messages. @param at its segment. */
export function cycleOf(
  { compute, computeHeld, workers }: CostTable,
  at: number,
  received: number,
  receivedHeld: number,
  sent: number,
  sentHeld: number,
): number {
  if (workers === 0) return Math.max(received + compute[at]! + sent, receivedHeld + computeHeld[at]! + sentHeld);
  return Math.max(received + sent, receivedHeld + sentHeld, Math.max(compute[at]!, computeHeld[at]!) / workers);
}

/** @throws RangeError if a pod is where the space has no place, or a hop where it has none. */
export function scoreOf(table: CostTable, placement: Placement): Score {
  const score = placement.reduce(
    (sum: Score, pod, i) => withPod(table, sum, pod, placement[i - 1]?.node ?? -1, placement[i + 1]?.node ?? -1),
    emptyScore(table),
  );
  if (Number.isNaN(score.slowest)) throw new RangeError("placement of stages where the space has no place for them");
  return score;
}

/** Seconds per frame at least, saturated: of pods, links, hosts' cores, and the window, by Little's law on a round. */
export function cycleBound({ cores, window }: CostTable, { slowest, loads, round }: Score): number {
  let cycle = Math.max(slowest, round / window);
  for (let host = 0; host < loads.length; host++) cycle = Math.max(cycle, loads[host]! / cores[host]!);
  return cycle;
}

/** What is to be minimised: seconds per frame, seconds of latency, joules per frame, or money per frame. */
export function figure({ objective, rate }: Wish, score: Score, cycle: number): number {
  const interval = rate === null ? cycle : 1 / rate;
  switch (objective) {
    case "throughput":
      return cycle;
    case "latency":
      return score.latency;
    case "energy":
      return score.joules + score.watts * interval;
    case "cost":
      return score.price * interval;
  }
}

/** A rate is kept up with if the cycle is that short; rounding aside. */
export const ROUNDING = 1 + 1e-9;

/**
 * By its bounds the placement may do what is wished. The 95th percentile of latency is taken to be no lower than the mean of an
 * empty line: less than one frame in twenty would have to take most of the time for it to be.
 */
export function mayDo({ rate, latencyBound }: Wish, { latency }: Pick<Score, "latency">, cycle: number): boolean {
  if (rate !== null && cycle * rate > ROUNDING) return false;
  return latencyBound === null || latency <= latencyBound * ROUNDING;
}
