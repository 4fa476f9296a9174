import type { CostTable } from "./cost-table.ts";
import { cycleOf } from "./score.ts";

/**
 * The least that can still come behind a hop, each figure by itself: exact for that figure alone, so together a bound. Indexed by
 * the table's `hop`, the hop's sender's costs not counted; at the first stage, which no hop leads to, `hop(0, node, node)`.
 */
export interface ToGo {
  /** Seconds per frame of the slowest pod or link. Infinite where the stages that are left fit nowhere. */
  readonly slowest: Float64Array;
  readonly latency: Float64Array;
  readonly round: Float64Array;
  /** CPU seconds per frame, by host. */
  readonly loads: readonly Float64Array[];
  readonly joules: Float64Array;
  readonly watts: Float64Array;
  readonly price: Float64Array;
}

/**
 * Backward dynamic programming over (stage, hop into it): O(k^2 n^3) for the bottleneck, whose pods add the costs of a hop before
 * and of one behind, and O(k^2 n + k n^2) for each sum. The partitioning of PipeDream (Narayanan et al., SOSP 2019, section 3.1)
 * with nodes that differ, links, and messages that cost CPU time at both ends. Sums that a placement takes the larger of (CPU
 * time, or what an emulated node holds it to) count by the one that mostly is.
 */
export function toGo(table: CostTable): ToGo {
  const { nodes } = table.space;
  const held = nodes.map(({ speed }) => speed < 1);
  const cost = (values: Float64Array, other: Float64Array) => (at: number, node: number) =>
    (held[node] ? other : values)[at]!;
  const none = () => 0;
  const compute = cost(table.compute, table.computeHeld);
  const receive = cost(table.receive, table.receiveHeld);
  const dynamic = nodes.map(({ power }, node) =>
    power === undefined ? 0 : (power.busy - power.idle) / table.cores[table.hosts[node]!]!,
  );
  const entering = (price: (node: number) => number): Sum => ({
    pod: none,
    into: (_, from, to) => (from === to ? 0 : price(to)),
    out: none,
  });
  return {
    slowest: slowestToGo(table),
    latency: sumToGo(table, {
      pod: cost(table.computeWaiting, table.computeHeld),
      into: (at, _, node) => cost(table.receiveWaiting, table.receiveHeld)(at, node),
      out: (at) => table.ready[at]! + table.lag[at]!,
    }),
    round: sumToGo(table, {
      // A round begins when the first pod has done its part.
      pod: (at, node, from) => (from === 0 ? 0 : compute(at, node)),
      into: (at, _, node) => receive(at, node),
      out: (at) => table.lag[at]! + table.back[at]!,
    }),
    loads: table.cores.map((_, host) => {
      const here = (node: number) => table.hosts[node] === host;
      return sumToGo(table, {
        pod: (at, node) => (here(node) ? table.compute[at]! : 0),
        into: (at, _, node) => (here(node) ? table.receive[at]! : 0),
        out: (at, node) => (here(node) ? table.send[at]! + table.relay[at]! : 0),
      });
    }),
    // With workers the larger of two sums counts, so one of them is what there is at least.
    joules: sumToGo(table, {
      pod: (at, node) => dynamic[node]! * compute(at, node),
      into: (at, _, node) => (table.workers > 0 ? 0 : dynamic[node]! * receive(at, node)),
      out: (at, node) => (table.workers > 0 ? 0 : dynamic[node]! * cost(table.send, table.sendHeld)(at, node)),
    }),
    watts: sumToGo(
      table,
      entering((node) => nodes[node]!.power?.idle ?? 0),
    ),
    price: sumToGo(
      table,
      entering((node) => (nodes[node]!.price ?? 0) / 3600),
    ),
  };
}

/** A figure that adds up over pods and hops. */
interface Sum {
  /** Of a pod's stages. @param at their segment. @param from the first of them. */
  readonly pod: (at: number, node: number, from: number) => number;
  /** At the receiver of a hop. @param at the hop. */
  readonly into: (at: number, from: number, to: number) => number;
  /** At its sender, and on the way. */
  readonly out: (at: number, from: number, to: number) => number;
}

function sumToGo(table: CostTable, { pod, into, out }: Sum): Float64Array {
  const { space, segment, hop } = table;
  const { stages: k, nodes, allowed, hops } = space;
  const n = nodes.length;
  const least = new Float64Array(k * n * n).fill(Number.POSITIVE_INFINITY);
  // Least of what comes behind a pod that ends before a stage, on a node: the hop from there included.
  const behind = new Float64Array((k + 1) * n).fill(Number.POSITIVE_INFINITY);
  behind.fill(0, k * n);
  for (let from = k - 1; from >= 0; from--) {
    for (let node = 0; node < n; node++) {
      let best = Number.POSITIVE_INFINITY;
      for (let to = from + 1; to <= k && allowed[to - 1]![node]; to++)
        best = Math.min(best, pod(segment(from, to, node), node, from) + behind[to * n + node]!);
      if (best === Number.POSITIVE_INFINITY) continue;
      if (from === 0) least[hop(0, node, node)] = best;
      else {
        for (let before = 0; before <= node; before++) {
          const at = hop(from, before, node);
          if (!hops[before]![node] || Number.isNaN(table.send[at]!)) continue;
          least[at] = into(at, before, node) + best;
          const here = from * n + before;
          behind[here] = Math.min(behind[here]!, out(at, before, node) + least[at]!);
        }
      }
    }
  }
  return least;
}

function slowestToGo(table: CostTable): Float64Array {
  const { space, segment, hop } = table;
  const { stages: k, nodes, hops } = space;
  const n = nodes.length;
  const least = new Float64Array(k * n * n).fill(Number.POSITIVE_INFINITY);
  for (let from = k - 1; from >= 0; from--) {
    for (let node = 0; node < n; node++) {
      for (let before = from === 0 ? node : 0; before <= node; before++) {
        const into = hop(from, before, node);
        if (from > 0 && (!hops[before]![node] || Number.isNaN(table.send[into]!))) continue;
        const received = from === 0 ? 0 : table.receive[into]!;
        const receivedHeld = from === 0 ? 0 : table.receiveHeld[into]!;
        let best = Number.POSITIVE_INFINITY;
        for (let to = from + 1; to <= k && space.allowed[to - 1]![node]; to++) {
          const at = segment(from, to, node);
          if (to === k) {
            best = Math.min(best, cycleOf(table, at, received, receivedHeld, 0, 0));
            continue;
          }
          for (let next = node; next < n; next++) {
            const out = hop(to, node, next);
            const rest = least[out]!;
            if (rest >= best) continue;
            const cycle = cycleOf(table, at, received, receivedHeld, table.send[out]!, table.sendHeld[out]!);
            const slowest = Math.max(cycle, table.link[out]!, rest);
            if (slowest < best) best = slowest;
          }
        }
        least[into] = best;
      }
    }
  }
  return least;
}
