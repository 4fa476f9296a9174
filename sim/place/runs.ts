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
  readonly stairs: (Float64Array | undefined)[];
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

/**
 * The least of sums that can still come behind a hop, each by itself, of placements whose cycle is at most `upTo` seconds: no pod
 * takes longer, and no node's pods more of its host's cores, nor its stages more memory than it has. As nothing goes back, what
 * is on a node is a run of consecutive stages: so this is backward dynamic programming over nodes and runs, O(k r p) for each node
 * where a run has at most r stages and a pod p, and O(k p) where a node has cores and memory for all stages. Bounds
 * all the same: cycles count the least messages that a pod can have, and of cores that nodes share each node is given all.
 */
export function sumsToGo(table: CostTable, sums: readonly Sum[], upTo = INFINITE): SumToGo[] {
  const { stages: k, nodes, memory } = table.space;
  const found = sums.map(
    (): SumToGo => ({ least: new Float64Array(k * nodes.length ** 2).fill(INFINITE), stairs: [] }),
  );
  const least = found.map((one) => one.least);
  const needed = new Float64Array(k + 1);
  for (let stage = 0; stage < k; stage++) needed[stage + 1] = needed[stage]! + memory[stage]!;
  for (let node = nodes.length - 1; node >= 0; node--) {
    const room = nodes[node]!.memory ?? INFINITE;
    const capacity = upTo * table.cores[table.hosts[node]!]!;
    const ends = endsOf(table, sums, node, least);
    const pods = podsWithin(table, node, upTo);
    // A bound without the limit of cores is one too, and cheaper.
    const fitsAll = needed[k]! <= room && table.compute[table.segment(0, k, node)]! <= capacity;
    const best = fitsAll
      ? withoutLimits(table, sums, node, ends, pods)
      : withinLimits(table, sums, node, ends, pods, { capacity, needed, room }, found);
    write(table, sums, node, best, least);
  }
  return found;
}

/** What a run on a node can begin and end with. */
interface Ends {
  /** Least of what comes behind a run that ends before a stage, the hop to another node included; by sum. */
  readonly behind: readonly Float64Array[];
  /** Least CPU seconds of its host to receive a frame of a stage, and to send one to another node before it. */
  readonly entering: Float64Array;
  readonly leaving: Float64Array;
}

function endsOf(table: CostTable, sums: readonly Sum[], node: number, least: readonly Float64Array[]): Ends {
  const { stages: k, nodes } = table.space;
  const load = loadSum(table, (host) => host === table.hosts[node]);
  const infinite = () => new Float64Array(k + 1).fill(INFINITE);
  const [behind, entering, leaving] = [sums.map(infinite), infinite(), infinite()];
  entering[0] = 0;
  leaving[k] = 0;
  for (const one of behind) one[k] = 0;
  for (let stage = 1; stage < k; stage++) {
    for (let other = 0; other < nodes.length; other++) {
      const at = other <= node ? table.hop(stage, other, node) : table.hop(stage, node, other);
      if (Number.isNaN(table.send[at]!)) continue;
      if (other <= node) entering[stage] = Math.min(entering[stage]!, load.into(at, other, node));
      else {
        leaving[stage] = Math.min(leaving[stage]!, load.out(at, node, other));
        for (let i = 0; i < sums.length; i++)
          behind[i]![stage] = Math.min(behind[i]![stage]!, sums[i]!.out(at, node, other) + least[i]![at]!);
      }
    }
  }
  return { behind, entering, leaving };
}

/** For each stage, where pods on a node that begin with it may end: one behind their last stages. */
function podsWithin(table: CostTable, node: number, upTo: number): number[][] {
  const { stages: k, nodes, allowed } = table.space;
  const costs = [table.receive, table.receiveHeld, table.send, table.sendHeld];
  const [received, receivedHeld, sent, sentHeld] = costs.map(() => new Float64Array(k + 1)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const lower = (least: Float64Array, stage: number, cost: number) => {
    if (cost < least[stage]!) least[stage] = cost;
  };
  for (let stage = 1; stage < k; stage++) {
    for (const least of [received, receivedHeld, sent, sentHeld]) least[stage] = INFINITE;
    for (let other = 0; other < nodes.length; other++) {
      if (other <= node) {
        const at = table.hop(stage, other, node);
        lower(received, stage, table.receive[at]!);
        lower(receivedHeld, stage, table.receiveHeld[at]!);
      }
      if (other >= node) {
        const at = table.hop(stage, node, other);
        lower(sent, stage, table.send[at]!);
        lower(sentHeld, stage, table.sendHeld[at]!);
      }
    }
  }
  return Array.from({ length: k }, (_, from) => {
    const ends: number[] = [];
    for (let to = from + 1; to <= k && allowed[to - 1]![node]; to++) {
      const at = table.segment(from, to, node);
      if (cycleOf(table, at, received[from]!, receivedHeld[from]!, sent[to]!, sentHeld[to]!) <= upTo) ends.push(to);
    }
    return ends;
  });
}

interface Limits {
  readonly capacity: number;
  readonly needed: Float64Array;
  readonly room: number;
}

/** The least of each sum from a stage on that is on a node. */
function withoutLimits(
  table: CostTable,
  sums: readonly Sum[],
  node: number,
  { behind }: Ends,
  pods: readonly (readonly number[])[],
): Float64Array[] {
  const k = pods.length;
  return sums.map(({ pod, into, out }, i) => {
    const best = new Float64Array(k).fill(INFINITE);
    // Behind a pod that ends before a stage.
    const rest = behind[i]!.slice();
    for (let from = k - 1; from >= 0; from--) {
      for (const to of pods[from]!)
        best[from] = Math.min(best[from]!, pod(table.segment(from, to, node), node, from) + rest[to]!);
      const at = table.hop(from, node, node);
      if (from > 0 && !Number.isNaN(table.send[at]!))
        rest[from] = Math.min(rest[from]!, out(at, node, node) + into(at, node, node) + best[from]!);
    }
    return best;
  });
}

function withinLimits(
  table: CostTable,
  sums: readonly Sum[],
  node: number,
  { behind, entering, leaving }: Ends,
  pods: readonly (readonly number[])[],
  { capacity, needed, room }: Limits,
  found: readonly SumToGo[],
): Float64Array[] {
  const k = pods.length;
  const { nodes } = table.space;
  const load = loadSum(table, (host) => host === table.hosts[node]);
  const best = sums.map(() => new Float64Array(k).fill(INFINITE));
  // Of a run so far, the hop to its next pod included.
  const used = new Float64Array(k + 1);
  const so = sums.map(() => new Float64Array(k + 1));
  // Of a run as a whole, by where it ends; what comes behind it included in the sums.
  const needs = new Float64Array(k + 1);
  const ended = sums.map(() => new Float64Array(k + 1));
  for (let first = k - 1; first >= 0; first--) {
    if (pods[first]!.length === 0) continue;
    used.fill(INFINITE, first);
    needs.fill(INFINITE, first);
    for (const one of ended) one.fill(INFINITE, first);
    used[first] = entering[first]!;
    for (const one of so) {
      one.fill(INFINITE, first);
      one[first] = 0;
    }
    for (let from = first; from < k; from++) {
      if (used[from] === INFINITE) continue;
      for (const to of pods[from]!) {
        if (needed[to]! - needed[first]! > room) break;
        const at = table.segment(from, to, node);
        const busy = used[from]! + load.pod(at, node, from);
        if (busy > capacity) continue;
        const need = busy + leaving[to]!;
        const ends = need <= capacity;
        if (ends && need < needs[to]!) needs[to] = need;
        const on = to === k ? -1 : table.hop(to, node, node);
        const next = on === -1 ? INFINITE : busy + load.out(on, node, node) + load.into(on, node, node);
        const goesOn = next <= capacity;
        if (goesOn && next < used[to]!) used[to] = next;
        for (let i = 0; i < sums.length; i++) {
          const sum = sums[i]!;
          const value = so[i]![from]! + sum.pod(at, node, from);
          if (ends && value + behind[i]![to]! < ended[i]![to]!) ended[i]![to] = value + behind[i]![to]!;
          if (!goesOn) continue;
          const further = value + sum.out(on, node, node) + sum.into(on, node, node);
          if (further < so[i]![to]!) so[i]![to] = further;
        }
      }
    }
    for (let i = 0; i < sums.length; i++) {
      const steps = stairsOf(needs, ended[i]!, first);
      if (steps.length === 0) continue;
      best[i]![first] = steps.at(-1)!;
      found[i]!.stairs[first * nodes.length + node] = steps;
    }
  }
  return best;
}

/** Of runs that end at a stage behind `first`: what they need, ascending, and the least sum of those that need no more. */
function stairsOf(needs: Float64Array, sums: Float64Array, first: number): Float64Array {
  const ends: number[] = [];
  for (let to = first + 1; to < sums.length; to++) if (sums[to]! < INFINITE) ends.push(to);
  ends.sort((a, b) => needs[a]! - needs[b]!);
  const steps: number[] = [];
  for (const to of ends) if (steps.length === 0 || sums[to]! < steps.at(-1)!) steps.push(needs[to]!, sums[to]!);
  return Float64Array.from(steps);
}

/** To what comes from a stage on, the hop into it is added. */
function write(
  table: CostTable,
  sums: readonly Sum[],
  node: number,
  best: readonly Float64Array[],
  least: readonly Float64Array[],
): void {
  const { stages: k } = table.space;
  sums.forEach(({ into }, i) => {
    least[i]![table.hop(0, node, node)] = best[i]![0]!;
    for (let stage = 1; stage < k; stage++) {
      for (let before = 0; before <= node; before++) {
        const at = table.hop(stage, before, node);
        if (!Number.isNaN(table.send[at]!)) least[i]![at] = into(at, before, node) + best[i]![stage]!;
      }
    }
  });
}
