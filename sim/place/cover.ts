import { mayHold, type PlacedPod, type Placement, type Space } from "./space.ts";

/** Up to so many stages, all that can share a pod are measured together: 21 segments on each machine. */
export const MEASURED_TOGETHER = 6;

/**
 * Placements that calibration has to know of to price a whole space: together they have every single stage on each node that may
 * hold it, every hop, and, of up to `MEASURED_TOGETHER` stages, every segment. As few as come out of taking one thing after the other.
 */
export function cover(space: Space): Placement[] {
  const { stages: k, nodes, hops } = space;
  const covered = new Set<string>();
  const placements: Placement[] = [];
  const take = (wanted: readonly PlacedPod[]) => {
    if (wanted.every((pod) => covered.has(podId(pod))) && (wanted.length === 1 || covered.has(hopId(wanted)))) return;
    const placement = completed(space, wanted);
    if (placement === null) return;
    placements.push(placement);
    placement.forEach((pod, i) => {
      covered.add(podId(pod));
      if (i > 0) covered.add(hopId(placement.slice(i - 1, i + 1)));
    });
  };
  for (let length = 1; length <= (k <= MEASURED_TOGETHER ? k : 1); length++) {
    for (let from = 0; from + length <= k; from++) {
      for (let node = 0; node < nodes.length; node++) {
        if (mayHold(space, from, from + length, node)) take([{ from, to: from + length, node }]);
      }
    }
  }
  for (let stage = 1; stage < k; stage++) {
    for (let from = 0; from < nodes.length; from++) {
      for (let to = from; to < nodes.length; to++) {
        if (!hops[from]![to] || !mayHold(space, stage - 1, stage, from) || !mayHold(space, stage, stage + 1, to))
          continue;
        take([
          { from: stage - 1, to: stage, node: from },
          { from: stage, to: stage + 1, node: to },
        ]);
      }
    }
  }
  return placements;
}

function podId({ from, to, node }: PlacedPod): string {
  return `${from} ${to} ${node}`;
}

function hopId([before, after]: readonly PlacedPod[]): string {
  return `hop ${after!.from} ${before!.node} ${after!.node}`;
}

/** A placement with these pods, which follow each other, and one pod for each other stage; `null` if there is none. */
function completed(space: Space, wanted: readonly PlacedPod[]): Placement | null {
  const { from } = wanted[0]!;
  const { to } = wanted.at(-1)!;
  const before = towards(space, from - 1, wanted[0]!.node, -1);
  const after = towards(space, to, wanted.at(-1)!.node, 1);
  if (before === null || after === null) return null;
  return [...before.reverse(), ...wanted, ...after];
}

/** One pod a stage from `stage` on in a direction, up to the end of the line, beside what is on `node`; nearest first. */
function towards(
  space: Space,
  stage: number,
  node: number,
  step: 1 | -1,
  dead: Set<number> = new Set(),
): PlacedPod[] | null {
  if (stage < 0 || stage >= space.stages) return [];
  const count = space.nodes.length;
  const places = space.nodes.map((_, i) => i).filter((i) => (step === 1 ? space.hops[node]![i] : space.hops[i]![node]));
  // The same node first: the fewer hops, the fewer other things are measured over and over.
  for (const place of places.sort((a, b) => Math.abs(a - node) - Math.abs(b - node))) {
    if (!space.allowed[stage]![place] || dead.has(stage * count + place)) continue;
    const others = towards(space, stage + step, place, step, dead);
    if (others !== null) return [{ from: stage, to: stage + 1, node: place }, ...others];
    dead.add(stage * count + place);
  }
  return null;
}
