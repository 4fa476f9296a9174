/** `pending -> triggered -> processed`, or `pending -> cancelled`. */
export type EventState = "pending" | "triggered" | "processed" | "cancelled";

/**
 * Something that will happen at a time of the simulation. Its states:
 *
 * - `pending`: waits in the scheduler's heap;
 * - `triggered`: the clock stands at its time and its action runs (it stays so if the action throws);
 * - `processed`: its action has returned;
 * - `cancelled`: taken out of the heap before its time; the action never runs.
 *
 * `processed` and `cancelled` are final. Events are made by {@link Scheduler.at} and {@link Scheduler.after} only.
 */
export class Event {
  /** Simulation time in seconds. */
  readonly time: number;
  /** Rank among events of the same time. */
  readonly order: number;
  state: EventState = "pending";
  /** Place in the heap while pending; the scheduler's own. */
  index: number;
  /** Dropped when the event is over, so that a kept handle keeps nothing else alive. */
  action: (() => void) | undefined;

  constructor(time: number, order: number, index: number, action: () => void) {
    this.time = time;
    this.order = order;
    this.index = index;
    this.action = action;
  }
}

/**
 * Event queue and clock of a simulation: a binary heap on (time, order of scheduling), so that simultaneous events happen in
 * the order in which they were scheduled. The clock, in seconds, starts at 0 and moves *before* an event's action runs.
 */
export class Scheduler {
  #now = 0;
  #scheduled = 0;
  readonly #heap: Event[] = [];

  /** Simulation time in seconds. */
  get now(): number {
    return this.#now;
  }

  /** Number of events that are still to happen. */
  get pending(): number {
    return this.#heap.length;
  }

  /**
   * Schedules an action, O(log n).
   * @param time Simulation time in seconds, not before now.
   * @throws RangeError if `time` is in the past, infinite or NaN.
   */
  at(time: number, action: () => void): Event {
    if (!(time >= this.#now && time < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`at(=${time}) should be finite and >= the current simulation time ${this.#now}`);
    }
    const event = new Event(time, this.#scheduled++, this.#heap.length, action);
    this.#heap.push(event);
    this.#up(event);
    return event;
  }

  /**
   * Schedules an action `delay` seconds from now, O(log n).
   * @throws RangeError if `delay` is negative, infinite or NaN.
   */
  after(delay: number, action: () => void): Event {
    if (!(delay >= 0 && delay < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`after(=${delay}) should be finite and >= 0, at simulation time ${this.#now}`);
    }
    return this.at(this.#now + delay, action);
  }

  /** Takes a pending event out of the heap, O(log n). Does nothing to an event in any other state. */
  cancel(event: Event): void {
    if (event.state !== "pending") return;
    if (this.#heap[event.index] !== event)
      throw new Error(`cancel: event at ${event.time} belongs to another scheduler`);
    this.#remove(event);
    event.state = "cancelled";
    event.action = undefined;
  }

  /** Moves the clock to the next event and runs it; false when there is none. */
  step(): boolean {
    const event = this.#heap[0];
    if (event === undefined) return false;
    this.#remove(event);
    this.#now = event.time;
    event.state = "triggered";
    event.action!();
    event.state = "processed";
    event.action = undefined;
    return true;
  }

  /**
   * Runs until no event is left, or up to and including time `until`, where the clock then stands.
   * @throws RangeError if `until` is in the past or NaN.
   */
  run(until = Number.POSITIVE_INFINITY): void {
    if (!(until >= this.#now)) {
      throw new RangeError(`until(=${until}) should be >= the current simulation time ${this.#now}`);
    }
    while (this.#heap.length > 0 && this.#heap[0]!.time <= until) this.step();
    if (until < Number.POSITIVE_INFINITY) this.#now = until;
  }

  #remove(event: Event): void {
    const last = this.#heap.pop()!;
    if (last === event) return;
    last.index = event.index;
    this.#heap[last.index] = last;
    this.#up(last);
    this.#down(last);
  }

  #up(event: Event): void {
    const heap = this.#heap;
    let index = event.index;
    while (index > 0) {
      const parent = heap[(index - 1) >> 1]!;
      if (!before(event, parent)) break;
      heap[index] = parent;
      const above = parent.index;
      parent.index = index;
      index = above;
    }
    heap[index] = event;
    event.index = index;
  }

  #down(event: Event): void {
    const heap = this.#heap;
    let index = event.index;
    for (;;) {
      let next = 2 * index + 1;
      if (next >= heap.length) break;
      if (next + 1 < heap.length && before(heap[next + 1]!, heap[next]!)) next++;
      const child = heap[next]!;
      if (!before(child, event)) break;
      heap[index] = child;
      child.index = index;
      index = next;
    }
    heap[index] = event;
    event.index = index;
  }
}

function before(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
