import type { CostTable } from "./cost-table.ts";

/** A figure of a placement that adds up over pods and hops; never more than what `withPod` of score.ts adds. */
export interface Sum {
  /** Of a pod's stages. @param at their segment. @param from the first of them. */
  readonly pod: (at: number, node: number, from: number) => number;
  /** At the receiver of a hop. @param at the hop. */
  readonly into: (at: number, from: number, to: number) => number;
  /** At its sender, and on the way. */
  readonly out: (at: number, from: number, to: number) => number;
}

/** Of what a score takes the larger (CPU time, or what an emulated node holds it to), sums count the one that mostly is. */
function larger(table: CostTable, cpu: Float64Array, held: Float64Array) {
  const isHeld = table.space.nodes.map(({ speed }) => speed < 1);
  return (at: number, node: number) => (isHeld[node] ? held : cpu)[at]!;
}

/** Seconds of a frame that waits for nobody. */
export function latencySum(table: CostTable): Sum {
  const { ready, lag } = table;
  const receive = larger(table, table.receiveWaiting, table.receiveHeld);
  return {
    pod: larger(table, table.computeWaiting, table.computeHeld),
    into: (at, _, node) => receive(at, node),
    out: (at) => ready[at]! + lag[at]!,
  };
}

/** Seconds of a round; it begins when the first pod has done its part. */
export function roundSum(table: CostTable): Sum {
  const { lag, back } = table;
  const compute = larger(table, table.compute, table.computeHeld);
  const receive = larger(table, table.receive, table.receiveHeld);
  return {
    pod: (at, node, from) => (from === 0 ? 0 : compute(at, node)),
    into: (at, _, node) => receive(at, node),
    out: (at) => lag[at]! + back[at]!,
  };
}

/** CPU seconds per frame of the hosts that are chosen. */
export function loadSum(table: CostTable, isChosen: (host: number) => boolean): Sum {
  const { compute, receive, send, relay } = table;
  const here = table.hosts.map(isChosen);
  return {
    pod: (at, node) => (here[node] ? compute[at]! : 0),
    into: (at, _, node) => (here[node] ? receive[at]! : 0),
    out: (at, node) => (here[node] ? send[at]! + relay[at]! : 0),
  };
}

/** Joules per frame where frames are so many seconds apart, of nodes that take watts while they do nothing too. */
export function energySum(table: CostTable, interval: number): Sum {
  const { nodes } = table.space;
  const busy = nodes.map(({ power }, node) =>
    power === undefined ? 0 : (power.busy - power.idle) / table.cores[table.hosts[node]!]!,
  );
  const entering = nodes.map(({ power }) => interval * (power?.idle ?? 0));
  const compute = larger(table, table.compute, table.computeHeld);
  // With workers the larger of two sums counts, so one of them is what there is at least.
  const messages = table.workers > 0 ? 0 : 1;
  const receive = larger(table, table.receive, table.receiveHeld);
  const send = larger(table, table.send, table.sendHeld);
  return {
    pod: (at, node, from) => busy[node]! * compute(at, node) + (from === 0 ? entering[node]! : 0),
    into: (at, from, node) => messages * busy[node]! * receive(at, node) + (from === node ? 0 : entering[node]!),
    out: (at, node) => messages * busy[node]! * send(at, node),
  };
}

/** Money per second. */
export function priceSum({ space: { nodes } }: CostTable): Sum {
  const entering = nodes.map(({ price = 0 }) => price / 3600);
  return {
    pod: (_, node, from) => (from === 0 ? entering[node]! : 0),
    into: (_, from, node) => (from === node ? 0 : entering[node]!),
    out: () => 0,
  };
}
