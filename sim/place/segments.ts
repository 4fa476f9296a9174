import { ProfileError } from "../model/profile-error.ts";
import { computeKey, type Plan, type PlanStage } from "../plan.ts";
import type { ComputeCost, Profile, Thread } from "../profile.ts";
import { mean } from "../statistics/moments.ts";

const NONE: ReadonlyMap<string, ComputeCost> = new Map();

/**
 * What consecutive stages in one pod cost, whether they were measured together or not. Those that were not are priced as the
 * longest beginning of them that was, or one stage, plus the other stages one by one. That is a slight overestimate: stages that
 * run together save passes over memory. Samples are added smallest to smallest, largest to largest, as a host's slow moments
 * slow all stages alike: so the means add up, and the spread is rather too large than too small.
 */
export class Segments {
  readonly #profile: Profile;
  readonly #stages: readonly PlanStage[];
  readonly #byKey = new Map<string, Map<string, ComputeCost>>();
  /** Numbers of stages of which anything was measured together. */
  readonly #lengths = new Set<number>();
  /** Mean CPU seconds of single stages, by node and thread. */
  readonly #alone = new Map<string, number[]>();

  /** @param stages of a plan, in order. */
  constructor(stages: readonly PlanStage[], profile: Profile) {
    this.#profile = profile;
    this.#stages = stages;
    for (const cost of profile.computes) {
      const byNode = this.#byKey.get(cost.key) ?? new Map<string, ComputeCost>();
      byNode.set(cost.node, cost);
      this.#byKey.set(cost.key, byNode);
      this.#lengths.add(cost.stages.length);
    }
  }

  /** Stages `from` up to, not including, `to` were measured together on the node. */
  isMeasured(from: number, to: number, node: string): boolean {
    return this.#measured(from, to).has(node);
  }

  /**
   * The costs of all segments that begin with a stage, on a node: `[stage]`, then `[stage, stage + 1]` and so on, up to `end`.
   * @throws ProfileError if a stage was not measured on the node.
   */
  *growing(from: number, end: number, node: string): Generator<ComputeCost> {
    let cost: ComputeCost | undefined;
    for (let to = from + 1; to <= end; to++) {
      cost = this.#measured(from, to).get(node) ?? this.#extended(cost, from, to, node);
      yield cost;
    }
  }

  /** The mean CPU seconds of the same segments, one after the other. @throws ProfileError as `growing`. */
  means(from: number, end: number, node: string, thread: Thread): number[] {
    const id = `${node} ${thread}`;
    const alone = this.#alone.get(id) ?? [];
    this.#alone.set(id, alone);
    const means: number[] = [];
    let sum = 0;
    for (let to = from + 1; to <= end; to++) {
      const measured = this.#measured(from, to).get(node);
      if (measured !== undefined) sum = mean(measured.cpu[thread]);
      else {
        alone[to - 1] ??= mean(this.#single(to - 1, node).cpu[thread]);
        sum += alone[to - 1]!;
      }
      means.push(sum);
    }
    return means;
  }

  /** The profile, with the costs that a plan of these stages needs besides those that were measured. */
  profileFor({ pods }: Pick<Plan, "pods">): Profile {
    let from = 0;
    const added: ComputeCost[] = [];
    for (const { node, stages } of pods) {
      const to = from + stages.length;
      if (!this.isMeasured(from, to, node)) added.push([...this.growing(from, to, node)].at(-1)!);
      from = to;
    }
    return added.length === 0 ? this.#profile : { ...this.#profile, computes: [...this.#profile.computes, ...added] };
  }

  #measured(from: number, to: number): ReadonlyMap<string, ComputeCost> {
    if (!this.#lengths.has(to - from)) return NONE;
    return this.#byKey.get(computeKey(this.#stages.slice(from, to))) ?? NONE;
  }

  #single(stage: number, node: string): ComputeCost {
    const measured = this.#measured(stage, stage + 1).get(node);
    if (measured !== undefined) return measured;
    const { name, key } = this.#stages[stage]!;
    throw new ProfileError(
      `profile of ${this.#profile.topology}: stage ${name} (${key}) was not measured on node ${node}`,
    );
  }

  #extended(head: ComputeCost | undefined, from: number, to: number, node: string): ComputeCost {
    const tail = this.#single(to - 1, node);
    if (head === undefined) return tail;
    const stages = this.#stages.slice(from, to);
    const sum = (thread: Thread) => together(head.cpu[thread], tail.cpu[thread]);
    return {
      key: computeKey(stages),
      stages: stages.map(({ name }) => name),
      node,
      input: stages[0]!.input,
      output: stages.at(-1)!.output,
      cpu: { busy: sum("busy"), idle: sum("idle"), cold: sum("cold") },
    };
  }
}

/** Sums of samples in ascending order, as many as the longer list has; their mean is the sum of both means. */
function together(a: readonly number[], b: readonly number[]): number[] {
  const count = Math.max(a.length, b.length);
  const [x, y] = [a, b].map((samples) => samples.toSorted((one, other) => one - other)) as [number[], number[]];
  const at = (samples: readonly number[], i: number) => samples[Math.floor((i * samples.length) / count)]!;
  const sums = Array.from({ length: count }, (_, i) => at(x, i) + at(y, i));
  const wanted = mean(a) + mean(b);
  const got = mean(sums);
  return got > 0 && got !== wanted ? sums.map((sum) => (sum * wanted) / got) : sums;
}
