import type { CostTable } from "./cost-table.ts";
import { cycleOf } from "./score.ts";
import { loadSum, type Sum } from "./sums.ts";

const INFINITE = Number.POSITIVE_INFINITY;

/** The least of a sum that can still come behind a hop. */
export interface SumToGo {
  /**
   * Indexed by the table's `hop`, the hop's sender's costs not counted; at the first stage, which no hop leads to, `hop(0, node, node)`.
   * Infinite where the stages that are left fit nowhere.
   */
  readonly least: Float64Array;
  /**
   * The same from a stage on that is on a node, its receiving not counted, by how many CPU seconds per frame the run there takes:
   * pairs of those, ascending, and of a sum, descending. At `stage * nodes + node`; left out where that is all the same.
   */
  readonly stairs: readonly (Float64Array | undefined)[];
}

/** The least of a sum behind a hop to a node whose host has so many CPU seconds per frame left. @param cell of the stairs. */
export function leastWith({ least, stairs }: SumToGo, hop: number, cell: number, left: number): number {
  const steps = stairs[cell];
  if (steps === undefined) return least[hop]!;
  let at = steps.length - 2;
  if (steps[at]! <= left) return least[hop]!;
  const lowest = steps[at + 1]!;
  while (at >= 0 && steps[at]! > left) at -= 2;
  return at < 0 ? INFINITE : least[hop]! + (steps[at + 1]! - lowest);
}

/** The pods that a node can have, by the stage that they begin with: those of `from` are at `starts[from]` up to `starts[from + 1]`. */
interface Pods {
  readonly starts: Int32Array;
  /** One behind its last stage, its segment, and CPU seconds per frame of its kernels. */
  readonly ends: Int32Array;
  readonly segments: Int32Array;
  readonly loads: Float64Array;
}

/** What all sums have in common on a node. */
interface OnNode {
  readonly pods: Pods;
  /** CPU seconds per frame of the host, and bytes, for the stages of a run; `null`: there are enough for all. */
  readonly limits: { readonly capacity: number; readonly room: number } | null;
  /** Least CPU seconds of the host to receive a frame of a stage, to hand it to another pod of the node, and to send it elsewhere. */
  readonly entering: Float64Array;
  readonly staying: Float64Array;
  readonly leaving: Float64Array;
}

/**
 * Placements whose cycle is at most `upTo` seconds: no pod takes longer, and no node's pods more of its host's cores, nor its stages
 * more memory than it has. As nothing goes back, what is on a node is a run of consecutive stages: so the least of a sum
 * is dynamic programming over nodes and runs, O(k r p) for each node where a run has at most r stages and a pod p, and
 * O(k p) where a node has cores and memory for all. Bounds all the same: cycles count the least messages that a pod can have,
 * runs may be cut into pods otherwise for their load than for their sum, and of cores that nodes share each is given all.
 */
export class Runs {
  readonly #table: CostTable;
  readonly #onNode: readonly OnNode[];
  /** Bytes of the stages before each. */
  readonly #needed: Float64Array;

  constructor(table: CostTable, upTo = INFINITE) {
    const { stages: k, nodes, memory } = table.space;
    this.#table = table;
    this.#needed = new Float64Array(k + 1);
    for (let stage = 0; stage < k; stage++) this.#needed[stage + 1] = this.#needed[stage]! + memory[stage]!;
    this.#onNode = nodes.map(({ memory: room = INFINITE }, node) => {
      const capacity = upTo * table.cores[table.hosts[node]!]!;
      // A bound without the limit of cores is one too, and cheaper.
      const isEnough = this.#needed[k]! <= room && table.compute[table.segment(0, k, node)]! <= capacity;
      return {
        pods: podsOn(table, node, upTo),
        limits: isEnough ? null : { capacity, room },
        ...messagesOn(table, node),
      };
    });
  }

  /** The least of a sum. */
  toGo(sum: Sum): SumToGo {
    const { space, hop, send } = this.#table;
    const { stages: k, nodes } = space;
    const least = new Float64Array(k * nodes.length ** 2).fill(INFINITE);
    const stairs: (Float64Array | undefined)[] = [];
    for (let node = nodes.length - 1; node >= 0; node--) {
      const { pods, limits } = this.#onNode[node]!;
      const values = new Float64Array(pods.segments.length);
      for (let from = 0; from < k; from++) {
        for (let one = pods.starts[from]!; one < pods.starts[from + 1]!; one++)
          values[one] = sum.pod(pods.segments[one]!, node, from);
      }
      const on = new Float64Array(k + 1).fill(INFINITE);
      // What comes behind a run, the hop to another node included.
      const behind = new Float64Array(k + 1).fill(INFINITE);
      behind[k] = 0;
      for (let stage = 1; stage < k; stage++) {
        const at = hop(stage, node, node);
        if (!Number.isNaN(send[at]!)) on[stage] = sum.out(at, node, node) + sum.into(at, node, node);
        for (let next = node + 1; next < nodes.length; next++) {
          const at = hop(stage, node, next);
          if (!Number.isNaN(send[at]!)) behind[stage] = Math.min(behind[stage]!, sum.out(at, node, next) + least[at]!);
        }
      }
      const best =
        limits === null
          ? withoutLimits(pods, values, on, behind)
          : this.#withinLimits(node, values, on, behind, stairs);
      least[hop(0, node, node)] = best[0]!;
      for (let stage = 1; stage < k; stage++) {
        for (let before = 0; before <= node; before++) {
          const at = hop(stage, before, node);
          if (!Number.isNaN(send[at]!)) least[at] = sum.into(at, before, node) + best[stage]!;
        }
      }
    }
    return { least, stairs };
  }

  #withinLimits(
    node: number,
    values: Float64Array,
    on: Float64Array,
    behind: Float64Array,
    stairs: (Float64Array | undefined)[],
  ) {
    const { pods, limits, entering, staying, leaving } = this.#onNode[node]!;
    const { starts, ends, loads } = pods;
    const { capacity, room } = limits!;
    const needed = this.#needed;
    const k = starts.length - 1;
    const best = new Float64Array(k).fill(INFINITE);
    // Of a run up to a stage: CPU seconds, and the sum.
    const used = new Float64Array(k + 1);
    const sums = new Float64Array(k + 1);
    for (let first = k - 1; first >= 0; first--) {
      used.fill(INFINITE, first);
      sums.fill(INFINITE, first);
      let last = first;
      for (let from = first; from <= last && from < k; from++) {
        const busy = from === first ? entering[first]! : used[from]! + staying[from]!;
        if (busy > capacity) continue;
        const sum = from === first ? 0 : sums[from]! + on[from]!;
        for (let one = starts[from]!; one < starts[from + 1]!; one++) {
          const to = ends[one]!;
          if (needed[to]! - needed[first]! > room) break;
          const load = busy + loads[one]!;
          if (load > capacity) continue;
          if (load < used[to]!) used[to] = load;
          const value = sum + values[one]!;
          if (value < sums[to]!) sums[to] = value;
          if (to > last) last = to;
        }
      }
      const steps = stairsOf(first, last, used, leaving, capacity, sums, behind);
      if (steps === null) continue;
      best[first] = steps.at(-1)!;
      stairs[first * this.#table.space.nodes.length + node] = steps;
    }
    return best;
  }
}

/** Of a stage and those behind it, on a node that has enough for all. */
function withoutLimits(
  { starts, ends }: Pods,
  values: Float64Array,
  on: Float64Array,
  behind: Float64Array,
): Float64Array {
  const k = starts.length - 1;
  const best = new Float64Array(k).fill(INFINITE);
  const rest = behind.slice();
  for (let from = k - 1; from >= 0; from--) {
    let least = INFINITE;
    for (let one = starts[from]!; one < starts[from + 1]!; one++)
      least = Math.min(least, values[one]! + rest[ends[one]!]!);
    best[from] = least;
    rest[from] = Math.min(rest[from]!, on[from]! + least);
  }
  return best;
}

/** Of runs up to each stage behind `first`: what they need, ascending, and the least sum of those that need no more. */
function stairsOf(
  first: number,
  last: number,
  used: Float64Array,
  leaving: Float64Array,
  capacity: number,
  sums: Float64Array,
  behind: Float64Array,
): Float64Array | null {
  const found: { need: number; sum: number }[] = [];
  let sorted = true;
  for (let to = first + 1; to <= last; to++) {
    const need = used[to]! + leaving[to]!;
    const sum = sums[to]! + behind[to]!;
    if (need > capacity || sum === INFINITE) continue;
    if (found.length > 0 && need < found.at(-1)!.need) sorted = false;
    found.push({ need, sum });
  }
  if (!sorted) found.sort((a, b) => a.need - b.need);
  const steps: number[] = [];
  for (const { need, sum } of found) if (steps.length === 0 || sum < steps.at(-1)!) steps.push(need, sum);
  return steps.length === 0 ? null : Float64Array.from(steps);
}

function messagesOn(table: CostTable, node: number) {
  const { stages: k, nodes } = table.space;
  const load = loadSum(table, (host) => host === table.hosts[node]);
  const infinite = () => new Float64Array(k + 1).fill(INFINITE);
  const [entering, staying, leaving] = [infinite(), infinite(), infinite()];
  entering[0] = 0;
  leaving[k] = 0;
  for (let stage = 1; stage < k; stage++) {
    for (let other = 0; other < nodes.length; other++) {
      const at = other <= node ? table.hop(stage, other, node) : table.hop(stage, node, other);
      if (Number.isNaN(table.send[at]!)) continue;
      if (other <= node) entering[stage] = Math.min(entering[stage]!, load.into(at, other, node));
      if (other === node) staying[stage] = load.out(at, node, node) + load.into(at, node, node);
      if (other > node) leaving[stage] = Math.min(leaving[stage]!, load.out(at, node, other));
    }
  }
  return { entering, staying, leaving };
}

/** Those whose cycle is at most `upTo` with the least messages that they can have. */
function podsOn(table: CostTable, node: number, upTo: number): Pods {
  const { stages: k, nodes, allowed } = table.space;
  const least = (costs: Float64Array, isReceived: boolean) => {
    const found = new Float64Array(k + 1);
    for (let stage = 1; stage < k; stage++) {
      found[stage] = INFINITE;
      for (let other = isReceived ? 0 : node; isReceived ? other <= node : other < nodes.length; other++) {
        const cost = costs[isReceived ? table.hop(stage, other, node) : table.hop(stage, node, other)]!;
        if (cost < found[stage]!) found[stage] = cost;
      }
    }
    return found;
  };
  const [received, receivedHeld] = [least(table.receive, true), least(table.receiveHeld, true)];
  const [sent, sentHeld] = [least(table.send, false), least(table.sendHeld, false)];
  const starts = new Int32Array(k + 1);
  const ends: number[] = [];
  for (let from = 0; from < k; from++) {
    for (let to = from + 1; to <= k && allowed[to - 1]![node]; to++) {
      const at = table.segment(from, to, node);
      if (cycleOf(table, at, received[from]!, receivedHeld[from]!, sent[to]!, sentHeld[to]!) <= upTo) ends.push(to);
    }
    starts[from + 1] = ends.length;
  }
  const segments = new Int32Array(ends.length);
  const loads = new Float64Array(ends.length);
  for (let from = 0; from < k; from++) {
    for (let one = starts[from]!; one < starts[from + 1]!; one++) {
      segments[one] = table.segment(from, ends[one]!, node);
      loads[one] = table.compute[segments[one]!]!;
    }
  }
  return { starts, ends: Int32Array.from(ends), segments, loads };
}
