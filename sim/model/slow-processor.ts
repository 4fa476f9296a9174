import type { Processor } from "../engine/quota.ts";

/** What pods compute on. */
export type PodHost = Processor | SlowProcessor;

/** Core-seconds that are next to none: what a task has left that was about to be finished. */
const NOTHING = 1e-12;

/** A host as a node has it that is slower for a while: its tasks take their cores for longer. */
export class SlowProcessor {
  readonly #processor: Processor;
  readonly #tasks = new Set<number>();
  #share = 1;

  constructor(processor: Processor) {
    this.#processor = processor;
  }

  /** Tasks of the node: all others are the host's. */
  own(tasks: readonly number[]): void {
    for (const task of tasks) this.#tasks.add(task);
  }

  submit(work: number, task: number): void {
    this.#processor.submit(this.#tasks.has(task) ? work / this.#share : work, task);
  }

  settle(): void {
    this.#processor.settle();
  }

  holds(task: number): boolean {
    return this.#processor.holds(task);
  }

  withdraw(task: number): number {
    return this.#processor.withdraw(task);
  }

  /** From now on so much of the node's speed is left: a share above 0. What is left of its tasks takes longer, or less long. */
  change(share: number): void {
    for (const task of this.#tasks) {
      if (!this.#processor.holds(task)) continue;
      const left = this.#processor.withdraw(task);
      this.#processor.submit(Math.max((left * this.#share) / share, NOTHING), task);
    }
    this.#share = share;
    this.settle();
  }
}
