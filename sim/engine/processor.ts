import type { Event, Scheduler } from "./scheduler.ts";

interface Task {
  /** Attained service at which the task is finished, core-seconds. */
  readonly finish: number;
  readonly order: number;
  readonly done: () => void;
}

/**
 * Cores that active tasks share equally: with m tasks each advances at rate min(1, cores / m) core-seconds per second
 * (egalitarian processor sharing; Kleinrock, Queueing Systems vol. 2, section 4.4).
 *
 * All active tasks advance alike, so one "virtual time" (service attained by a task that has been there since the processor
 * was last idle) serves them all: a task finishes when it has grown by its work. Submitting and finishing are O(log n), with
 * one event in the scheduler at a time.
 */
export class SharedProcessor {
  readonly #scheduler: Scheduler;
  readonly #cores: number;
  /** Binary heap on (finish, order). */
  readonly #tasks: Task[] = [];
  #submitted = 0;
  #virtual = 0;
  /** When `#virtual` and `#delivered` were last brought up to date. */
  #updated = 0;
  #delivered = 0;
  #next: Event | undefined;

  /**
   * @param cores Number of cores, above 0; a fraction is a share of one core.
   * @throws RangeError if `cores` is not a finite number above 0.
   */
  constructor(scheduler: Scheduler, cores: number) {
    if (!(cores > 0 && cores < Number.POSITIVE_INFINITY))
      throw new RangeError(`cores(=${cores}) should be finite and > 0`);
    this.#scheduler = scheduler;
    this.#cores = cores;
  }

  /** Number of tasks being worked on. */
  get active(): number {
    return this.#tasks.length;
  }

  /** Core-seconds delivered so far, up to now. */
  get delivered(): number {
    return this.#delivered + this.#tasks.length * this.#rate() * (this.#scheduler.now - this.#updated);
  }

  /**
   * Starts a task.
   * @param work Core-seconds that it needs; 0 is done by an event at the present time.
   * @param done Called when the task is finished; it no longer counts as active then.
   * @throws RangeError if `work` is negative, infinite or NaN.
   */
  submit(work: number, done: () => void): void {
    if (!(work >= 0 && work < Number.POSITIVE_INFINITY))
      throw new RangeError(`work(=${work}) should be finite and >= 0`);
    if (work === 0) {
      this.#scheduler.after(0, done);
      return;
    }
    this.#update();
    push(this.#tasks, { finish: this.#virtual + work, order: this.#submitted++, done });
    this.#schedule();
  }

  #rate(): number {
    return Math.min(1, this.#cores / this.#tasks.length);
  }

  #update(): void {
    const now = this.#scheduler.now;
    // Restarting from 0 when idle keeps virtual time small, and so precise.
    if (this.#tasks.length === 0) this.#virtual = 0;
    else this.#advance(this.#rate() * (now - this.#updated));
    this.#updated = now;
  }

  #advance(attained: number): void {
    this.#virtual += attained;
    this.#delivered += this.#tasks.length * attained;
  }

  #schedule(): void {
    if (this.#next !== undefined) this.#scheduler.cancel(this.#next);
    const first = this.#tasks[0];
    this.#next =
      first === undefined
        ? undefined
        : this.#scheduler.after(Math.max(0, first.finish - this.#virtual) / this.#rate(), this.#finish);
  }

  readonly #finish = (): void => {
    // Virtual time is put where it should be, not where rounding of the clock left it, so errors do not add up.
    this.#advance(this.#tasks[0]!.finish - this.#virtual);
    this.#updated = this.#scheduler.now;
    const task = pop(this.#tasks);
    this.#schedule();
    task.done();
  };
}

function before(a: Task, b: Task): boolean {
  return a.finish < b.finish || (a.finish === b.finish && a.order < b.order);
}

function push(heap: Task[], task: Task): void {
  let index = heap.length;
  heap.push(task);
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above]!;
    if (!before(task, parent)) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = task;
}

function pop(heap: Task[]): Task {
  const first = heap[0]!;
  const task = heap.pop()!;
  if (heap.length === 0) return first;
  let index = 0;
  for (;;) {
    let next = 2 * index + 1;
    if (next >= heap.length) break;
    if (next + 1 < heap.length && before(heap[next + 1]!, heap[next]!)) next++;
    if (!before(heap[next]!, task)) break;
    heap[index] = heap[next]!;
    index = next;
  }
  heap[index] = task;
  return first;
}
