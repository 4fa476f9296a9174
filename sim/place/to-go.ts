import type { CostTable } from "./cost-table.ts";
import { Runs } from "./runs.ts";
import { cycleOf } from "./score.ts";
import { latencySum, loadSum } from "./sums.ts";

/**
 * The least that can still come behind a hop, each figure by itself: exact for that figure alone, so together a bound. Indexed by
 * the table's `hop`, the hop's sender's costs not counted; at the first stage, which no hop leads to, `hop(0, node, node)`.
 */
export interface ToGo {
  /** Seconds per frame of the slowest pod or link. Infinite where the stages that are left fit nowhere. */
  readonly slowest: Float64Array;
  readonly latency: Float64Array;
  /** CPU seconds per frame of hosts that some stage has to be on, and of all hosts together. */
  readonly loads: readonly { readonly host: number; readonly least: Float64Array }[];
  readonly work: Float64Array;
  /** From a node on: hosts, and how many cores they have. */
  readonly reachable: readonly { readonly hosts: readonly number[]; readonly all: number }[];
}

/** Dynamic programming: of sums that of `Runs`, of the bottleneck PipeDream's. */
export function toGo(table: CostTable): ToGo {
  const { cores, hosts } = table;
  const runs = new Runs(table);
  const needs = (host: number) =>
    table.space.allowed.some((nodes) => nodes.every((may, node) => !may || hosts[node] === host));
  const load = (isChosen: (host: number) => boolean) => runs.toGo(loadSum(table, isChosen)).least;
  return {
    slowest: slowestToGo(table),
    latency: runs.toGo(latencySum(table)).least,
    loads: cores.flatMap((_, host) => (needs(host) ? [{ host, least: load((one) => one === host) }] : [])),
    work: load(() => true),
    reachable: hosts.map((_, node) => {
      const later = [...new Set(hosts.slice(node))];
      return { hosts: later, all: later.reduce((sum, host) => sum + cores[host]!, 0) };
    }),
  };
}

/**
 * O(k^2 n^3), as pods add the costs of a hop before and of one behind: the partitioning of PipeDream (Narayanan et al., SOSP 2019,
 * section 3.1) with nodes that differ, links, and messages that cost CPU time at both ends.
 */
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
