import type { Agenda } from "./agenda.ts";

/**
 * Cores that active tasks share equally: with m tasks each advances at rate min(1, cores / m) core-seconds per second
 * (egalitarian processor sharing; Kleinrock, Queueing Systems vol. 2, section 4.4).
 *
 * All active tasks advance alike, so one "virtual time" (service attained by a task that has been there since the processor
 * was last idle) serves them all: a task finishes when it has grown by its work. Submitting and finishing are O(log n), with
 * one event in the agenda at a time: that of the first task to finish, put there by {@link settle} when all that happens at a
 * moment has happened.
 */
export class SharedProcessor {
  /** Number of cores. */
  readonly cores: number;
  readonly #agenda: Agenda;
  readonly #source: number;
  /** Binary heap of tasks on (attained service at which it is finished in core-seconds, order of submission). */
  #finishes = new Float64Array(4);
  #orders = new Float64Array(4);
  #tasks = new Int32Array(4);
  /** By number of tasks. */
  #rates: Float64Array;
  #active = 0;
  #submitted = 0;
  #virtual = 0;
  /** When `#virtual` and `#delivered` were last brought up to date. */
  #updated = 0;
  #delivered = 0;
  /** Rank of the event, and whether the agenda has yet to be told of it. */
  #order = 0;
  #stale = false;

  /**
   * @param source Its events' in the agenda.
   * @param cores Number of cores, above 0; a fraction is a share of one core.
   * @throws RangeError if `cores` is not a finite number above 0.
   */
  constructor(agenda: Agenda, source: number, cores: number) {
    if (!(cores > 0 && cores < Number.POSITIVE_INFINITY))
      throw new RangeError(`cores(=${cores}) should be finite and > 0`);
    this.#agenda = agenda;
    this.#source = source;
    this.cores = cores;
    this.#rates = ratesOf(cores, this.#tasks.length);
  }

  /** Number of tasks being worked on. */
  get active(): number {
    return this.#active;
  }

  /** Core-seconds delivered so far, up to now. */
  get delivered(): number {
    return this.#delivered + this.#active * this.#rate() * (this.#agenda.now - this.#updated);
  }

  /**
   * Starts a task.
   * @param work Core-seconds that it needs.
   * @param task What {@link finish} is to return: 32 bits.
   * @throws RangeError if `work` is not a finite number above 0.
   */
  submit(work: number, task: number): void {
    if (!(work > 0 && work < Number.POSITIVE_INFINITY)) throw outOfRange(work);
    const place = this.#admit(task);
    this.#finishes[place] = this.#virtual + work;
    this.#rise(place);
  }

  /** Makes room for a task, the last: its place, of which all is known but when it finishes. */
  #admit(task: number): number {
    const { now } = this.#agenda;
    // Restarting from 0 when idle keeps virtual time small, and so precise.
    if (this.#active === 0) this.#virtual = 0;
    else this.#advance(this.#rate() * (now - this.#updated));
    this.#updated = now;
    if (this.#active === this.#tasks.length) this.#grow();
    const place = this.#active++;
    this.#orders[place] = this.#submitted++;
    this.#tasks[place] = task;
    this.#touch();
    return place;
  }

  /** The first task is finished, now: it no longer counts as active. To be called at the event. */
  finish(): number {
    // Virtual time is put where it should be, not where rounding of the clock left it, so errors do not add up.
    this.#advance(this.#finishes[0]! - this.#virtual);
    this.#updated = this.#agenda.now;
    const task = this.#tasks[0]!;
    this.#pop();
    this.#touch();
    return task;
  }

  /** Core-seconds per second that each task gets. */
  get rate(): number {
    return this.#rate();
  }

  /** True while it works on the task. */
  holds(task: number): boolean {
    return this.#tasks.subarray(0, this.#active).includes(task);
  }

  /** Takes a task out: core-seconds that it still needs. @throws RangeError if there is no such task. */
  withdraw(task: number): number {
    const index = this.#tasks.subarray(0, this.#active).indexOf(task);
    if (index < 0) throw new RangeError(`withdraw: no task ${task}`);
    this.#advance(this.#rate() * (this.#agenda.now - this.#updated));
    this.#updated = this.#agenda.now;
    const left = this.#finishes[index]! - this.#virtual;
    // As if it were the first to finish.
    this.#finishes[index] = Number.NEGATIVE_INFINITY;
    this.#rise(index);
    this.#pop();
    this.#touch();
    return Math.max(0, left);
  }

  /** Tells the agenda of the next finish, if that has changed. */
  settle(): void {
    if (!this.#stale) return;
    this.#stale = false;
    if (this.#active === 0) {
      this.#agenda.remove(this.#source);
      return;
    }
    const left = this.#finishes[0]! - this.#virtual;
    this.#agenda.put(this.#source, this.#agenda.now + Math.max(left, 0) / this.#rate(), this.#order);
  }

  #touch(): void {
    this.#order = this.#agenda.ticket();
    this.#stale = true;
  }

  /** Core-seconds per second of each task. */
  #rate(): number {
    return this.#rates[this.#active]!;
  }

  #advance(attained: number): void {
    this.#virtual += attained;
    this.#delivered += this.#active * attained;
  }

  /** Puts a task where it belongs that may come before those above it. */
  #rise(from: number): void {
    const finishes = this.#finishes;
    const orders = this.#orders;
    const tasks = this.#tasks;
    const finish = finishes[from]!;
    const order = orders[from]!;
    const task = tasks[from]!;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const other = finishes[above]!;
      if (other < finish || (other === finish && orders[above]! < order)) break;
      finishes[index] = other;
      orders[index] = orders[above]!;
      tasks[index] = tasks[above]!;
      index = above;
    }
    finishes[index] = finish;
    orders[index] = order;
    tasks[index] = task;
  }

  #pop(): void {
    const finishes = this.#finishes;
    const orders = this.#orders;
    const tasks = this.#tasks;
    const last = --this.#active;
    const finish = finishes[last]!;
    const order = orders[last]!;
    const task = tasks[last]!;
    let index = 0;
    for (;;) {
      let next = 2 * index + 1;
      if (next >= last) break;
      let least = finishes[next]!;
      if (next + 1 < last) {
        const other = finishes[next + 1]!;
        if (other < least || (other === least && orders[next + 1]! < orders[next]!)) {
          least = other;
          next++;
        }
      }
      if (!(least < finish || (least === finish && orders[next]! < order))) break;
      finishes[index] = least;
      orders[index] = orders[next]!;
      tasks[index] = tasks[next]!;
      index = next;
    }
    finishes[index] = finish;
    orders[index] = order;
    tasks[index] = task;
  }

  #grow(): void {
    const size = 2 * this.#tasks.length;
    const [finishes, orders, tasks] = [this.#finishes, this.#orders, this.#tasks];
    this.#finishes = new Float64Array(size);
    this.#finishes.set(finishes);
    this.#orders = new Float64Array(size);
    this.#orders.set(orders);
    this.#tasks = new Int32Array(size);
    this.#tasks.set(tasks);
    this.#rates = ratesOf(this.cores, size);
  }
}

function outOfRange(work: number): RangeError {
  return new RangeError(`work(=${work}) should be finite and > 0`);
}

function ratesOf(cores: number, tasks: number): Float64Array {
  return Float64Array.from({ length: tasks + 1 }, (_, m) => (m <= cores ? 1 : cores / m));
}
