import type { Agenda } from "./agenda.ts";
import { SharedProcessor } from "./processor.ts";

/** Seconds between two refills of a quota: Linux's default `cpu.cfs_period_us`, which container runtimes use. */
export const PERIOD = 0.1;
/** Core-seconds that are none: what rounding leaves of a quota. */
const NOTHING = 1e-12;

/** What a host is: a processor with quotas where some pod has a limit. */
export type Processor = SharedProcessor | QuotaProcessor;

/** Tasks that have a quota in common. */
interface Group {
  readonly quota: number;
  /** Core-seconds left of it in this period. */
  left: number;
  readonly running: Set<number>;
  /** Tasks that wait for the next period, in the order in which they have come to that, and the work that is left of each. */
  readonly throttled: Map<number, number>;
}

/**
 * A shared processor some of whose tasks belong to groups with a quota: those of a group together get no more than so many
 * core-seconds in each period of 100 ms. Where that is used up they stand still until the next one, while the others share the
 * cores (Linux's CFS bandwidth control: Turner, Rao & Rao, "CPU bandwidth control for CFS", Linux Symposium 2010). Periods begin at
 * multiples of 100 ms; what is left of a quota is lost with its period. The slices of 5 ms in which Linux hands a quota out to
 * each core are not modelled.
 */
export class QuotaProcessor {
  readonly #agenda: Agenda;
  readonly #processor: SharedProcessor;
  readonly #source: number;
  readonly #groups: Group[] = [];
  readonly #groupOf = new Map<number, Group>();
  #updated = 0;
  /** Periods that have begun. */
  #periods = 1;
  #stale = false;

  /**
   * No task has a quota at first.
   * @param sources Of finishes, and of refills and throttlings.
   * @param cores As of a {@link SharedProcessor}.
   */
  constructor(agenda: Agenda, sources: { readonly finishes: number; readonly quotas: number }, cores: number) {
    this.#agenda = agenda;
    this.#processor = new SharedProcessor(agenda, sources.finishes, cores);
    this.#source = sources.quotas;
  }

  /** Number of cores. */
  get cores(): number {
    return this.#processor.cores;
  }

  /** Number of tasks being worked on; throttled ones are not. */
  get active(): number {
    return this.#processor.active;
  }

  /** Core-seconds delivered so far, up to now. */
  get delivered(): number {
    return this.#processor.delivered;
  }

  /**
   * Gives tasks a quota in common, before any of them is submitted.
   * @param cpus Core-seconds per second, above 0.
   * @throws RangeError if that is not a finite number above 0.
   */
  limit(tasks: readonly number[], cpus: number): void {
    if (!(cpus > 0 && cpus < Number.POSITIVE_INFINITY)) throw new RangeError(`cpus(=${cpus}) should be finite and > 0`);
    const quota = cpus * PERIOD;
    const group: Group = { quota, left: quota, running: new Set(), throttled: new Map() };
    this.#groups.push(group);
    for (const task of tasks) this.#groupOf.set(task, group);
  }

  /** Has tasks share the quota that another one has already. */
  join(tasks: readonly number[], other: number): void {
    const group = this.#groupOf.get(other);
    if (group === undefined) throw new RangeError(`task ${other} has no quota to be shared`);
    for (const task of tasks) this.#groupOf.set(task, group);
  }

  /** As {@link SharedProcessor.submit}; where the quota of its group is used up, the task waits for the next period. */
  submit(work: number, task: number): void {
    this.#update();
    const group = this.#groupOf.get(task);
    if (group !== undefined && group.left === 0) {
      group.throttled.set(task, work);
      return;
    }
    group?.running.add(task);
    this.#processor.submit(work, task);
  }

  /** As {@link SharedProcessor.finish}. */
  finish(): number {
    this.#update();
    const task = this.#processor.finish();
    this.#groupOf.get(task)?.running.delete(task);
    return task;
  }

  /** True while it works on the task, or has it wait for its quota. */
  holds(task: number): boolean {
    return this.#processor.holds(task) || this.#groupOf.get(task)?.throttled.has(task) === true;
  }

  /** As of a {@link SharedProcessor}. */
  withdraw(task: number): number {
    this.#update();
    const group = this.#groupOf.get(task);
    const waiting = group?.throttled.get(task);
    if (group !== undefined && waiting !== undefined) {
      group.throttled.delete(task);
      return waiting;
    }
    group?.running.delete(task);
    return this.#processor.withdraw(task);
  }

  /** Throttles what has used its quota up, or begins a new period. To be called at the event of that source. */
  tick(): void {
    this.#update();
    if (this.#agenda.now >= this.#periods * PERIOD) this.#refill();
    else for (const group of this.#groups) if (group.left === 0) this.#throttle(group);
  }

  /** Tells the agenda of the next finish, and of when a quota is used up or refilled. */
  settle(): void {
    this.#processor.settle();
    if (!this.#stale) return;
    this.#stale = false;
    const { now } = this.#agenda;
    let next = Number.POSITIVE_INFINITY;
    for (const { left, running, throttled } of this.#groups) {
      if (throttled.size > 0 || running.size > 0) next = Math.min(next, this.#periods * PERIOD);
      if (running.size > 0) next = Math.min(next, now + left / (running.size * this.#processor.rate));
    }
    // After all else of that time: what is finished just when the quota is used up is finished.
    if (next < Number.POSITIVE_INFINITY) this.#agenda.put(this.#source, Math.max(now, next), Number.POSITIVE_INFINITY);
    else this.#agenda.remove(this.#source);
  }

  /** Charges what has been used, up to now; something is about to change. */
  #update(): void {
    const { now } = this.#agenda;
    const elapsed = (now - this.#updated) * this.#processor.rate;
    this.#updated = now;
    this.#stale = true;
    let idle = true;
    for (const group of this.#groups) {
      group.left -= elapsed * group.running.size;
      if (group.left < NOTHING) group.left = 0;
      if (group.running.size > 0 || group.throttled.size > 0) idle = false;
    }
    // Periods that began while nobody had anything to do began without an event.
    if (!idle || now < this.#periods * PERIOD) return;
    this.#periods = Math.floor(now / PERIOD) + 1;
    for (const group of this.#groups) group.left = group.quota;
  }

  #refill(): void {
    this.#periods++;
    for (const group of this.#groups) {
      group.left = group.quota;
      for (const [task, work] of group.throttled) {
        group.running.add(task);
        this.#processor.submit(work, task);
      }
      group.throttled.clear();
    }
  }

  #throttle(group: Group): void {
    for (const task of group.running) {
      const work = this.#processor.withdraw(task);
      if (work > NOTHING) group.throttled.set(task, work);
      // But for rounding it is finished.
      else this.#processor.submit(NOTHING, task);
    }
    group.running.clear();
  }
}
