import { Fifo } from "./queue.ts";
import type { Event, Scheduler } from "./scheduler.ts";

interface Message {
  readonly bytes: number;
  readonly serialised: () => void;
  readonly delivered: () => void;
}

/** One sender on a link, made by {@link SharedLink.flow}: its messages leave one after the other, first in first out. */
export interface LinkFlow {
  /**
   * Sends a message, after those sent before on this flow.
   * @param bytes Size of the message, 0 or more.
   * @param serialised Called when its last byte has left.
   * @param delivered Called when its last byte has arrived: the link's delay later.
   * @throws RangeError if `bytes` is negative, infinite or NaN.
   */
  send(bytes: number, serialised: () => void, delivered: () => void): void;
  /** Messages that have not wholly left, the one on its way out included. */
  readonly backlog: number;
}

class Flow implements LinkFlow {
  readonly cap: number;
  readonly waiting = new Fifo<Message>();
  readonly #activate: (flow: Flow) => void;
  /** The message that is leaving, its bytes still to go and their rate in bytes/s. */
  current: Message | undefined;
  remaining = 0;
  rate = 0;

  constructor(cap: number, activate: (flow: Flow) => void) {
    this.cap = cap;
    this.#activate = activate;
  }

  get backlog(): number {
    return this.waiting.length + (this.current === undefined ? 0 : 1);
  }

  send(bytes: number, serialised: () => void, delivered: () => void): void {
    if (!(bytes >= 0 && bytes < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`bytes(=${bytes}) should be finite and >= 0`);
    }
    this.waiting.push({ bytes, serialised, delivered });
    if (this.current === undefined) this.#activate(this);
  }

  /** Turns to the next waiting message; false when there is none. */
  advance(): boolean {
    this.current = this.waiting.shift();
    this.remaining = this.current?.bytes ?? 0;
    return this.current !== undefined;
  }
}

/**
 * One direction of a link: flows that have something to send share its bandwidth max-min fairly, each up to its cap (fluid
 * model; water filling after Bertsekas & Gallager, Data Networks, section 6.5.2); a constant delay follows. Full duplex is two
 * of these. A change costs O(active flows).
 */
export class SharedLink {
  readonly #scheduler: Scheduler;
  readonly #bandwidth: number;
  readonly #delay: number;
  /** Flows that are sending, by ascending cap. */
  readonly #active: Flow[] = [];
  /** Bytes of messages that have wholly left. */
  #sent = 0;
  #updated = 0;
  #next: Event | undefined;

  /**
   * @param bandwidth Bytes per second, above 0; `Infinity` for none to wait for.
   * @param delay One-way delay in seconds, 0 or more.
   * @throws RangeError if either is out of range.
   */
  constructor(scheduler: Scheduler, bandwidth: number, delay: number) {
    if (!(bandwidth > 0)) throw new RangeError(`bandwidth(=${bandwidth}) should be > 0`);
    if (!(delay >= 0 && delay < Number.POSITIVE_INFINITY))
      throw new RangeError(`delay(=${delay}) should be finite and >= 0`);
    this.#scheduler = scheduler;
    this.#bandwidth = bandwidth;
    this.#delay = delay;
  }

  /** Bytes that have left the sender so far, up to now. */
  get carried(): number {
    const elapsed = this.#scheduler.now - this.#updated;
    let bytes = this.#sent;
    for (const flow of this.#active) bytes += flow.current!.bytes - remainingAfter(flow, elapsed);
    return bytes;
  }

  /**
   * Adds a sender.
   * @param cap Highest rate of this flow, bytes per second (a flow-control window per round trip, say).
   * @throws RangeError if `cap` is not above 0.
   */
  flow(cap = Number.POSITIVE_INFINITY): LinkFlow {
    if (!(cap > 0)) throw new RangeError(`cap(=${cap}) should be > 0`);
    return new Flow(cap, this.#activate);
  }

  readonly #activate = (flow: Flow): void => {
    this.#update();
    flow.advance();
    let place = this.#active.length;
    while (place > 0 && this.#active[place - 1]!.cap > flow.cap) place--;
    this.#active.splice(place, 0, flow);
    this.#share();
    this.#schedule();
  };

  #update(): void {
    const elapsed = this.#scheduler.now - this.#updated;
    for (const flow of this.#active) flow.remaining = remainingAfter(flow, elapsed);
    this.#updated = this.#scheduler.now;
  }

  /** Water filling: in order of caps, each flow gets its cap or an equal share of what is left, if that is less. */
  #share(): void {
    let left = this.#bandwidth;
    let flows = this.#active.length;
    for (const flow of this.#active) {
      flow.rate = Math.min(flow.cap, left / flows);
      // Infinity - Infinity would be NaN; an unlimited link stays unlimited.
      if (left < Number.POSITIVE_INFINITY) left -= flow.rate;
      flows--;
    }
  }

  #schedule(): void {
    if (this.#next !== undefined) this.#scheduler.cancel(this.#next);
    this.#next = undefined;
    let first: Flow | undefined;
    let soonest = Number.POSITIVE_INFINITY;
    for (const flow of this.#active) {
      const time = flow.remaining / flow.rate;
      if (first === undefined || time < soonest) {
        first = flow;
        soonest = time;
      }
    }
    const flow = first;
    if (flow !== undefined) this.#next = this.#scheduler.after(soonest, () => this.#leave(flow));
  }

  #leave(flow: Flow): void {
    this.#update();
    const message = flow.current!;
    this.#sent += message.bytes;
    if (!flow.advance()) {
      this.#active.splice(this.#active.indexOf(flow), 1);
      this.#share();
    }
    this.#schedule();
    // Scheduled first, so that what `serialised` sends with no delay can't overtake.
    this.#scheduler.after(this.#delay, message.delivered);
    message.serialised();
  }
}

function remainingAfter(flow: Flow, elapsed: number): number {
  // Without the first test an unlimited flow would give Infinity * 0.
  return elapsed === 0 ? flow.remaining : Math.max(0, flow.remaining - flow.rate * elapsed);
}
