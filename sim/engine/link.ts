import type { Agenda } from "./agenda.ts";
import type { Arena } from "./arena.ts";
import { Ring } from "./ring.ts";

/** Of a message: its bytes, and what it is about. */
const TAG = 1;
const WIDTH = 2;
/** Of a flow, counted back from its messages. */
const REMAINING = -1;
const RATE = -2;
const OWN = 2;

/** One sender on a link, made by {@link SharedLink.flow}: its messages leave one after the other, first in first out. */
export class LinkFlow extends Ring {
  /** Whose it is: what its maker chose. */
  readonly id: number;
  /** Highest rate, bytes per second. */
  readonly cap: number;
  readonly #link: SharedLink;

  /** For {@link SharedLink.flow}. */
  constructor(arena: Arena, link: SharedLink, id: number, cap: number) {
    super(arena, WIDTH, 4);
    this.#link = link;
    this.id = id;
    this.cap = cap;
  }

  /** Bytes of the message that is leaving which are still to go; the link's own. */
  get remaining(): number {
    return this.block[this.begin + REMAINING]!;
  }

  /** From now on. */
  set remaining(bytes: number) {
    this.block[this.begin + REMAINING] = bytes;
  }

  /** Their rate, bytes/s; the link's own. */
  get rate(): number {
    return this.block[this.begin + RATE]!;
  }

  /** From now on. */
  set rate(bytes: number) {
    this.block[this.begin + RATE] = bytes;
  }

  protected override get own(): number {
    return OWN;
  }

  /** Messages that have not wholly left, the one on its way out included. */
  get backlog(): number {
    return this.length;
  }

  /** Size of the message on its way out. */
  get current(): number {
    return this.block[this.first]!;
  }

  /** What the message on its way out is about. */
  get tag(): number {
    return this.block[this.first + TAG]! | 0;
  }

  /**
   * Sends a message, after those sent before on this flow.
   * @param bytes Size of the message, 0 or more.
   * @param tag What it is about: 32 bits.
   * @throws RangeError if `bytes` is negative, infinite or NaN.
   */
  send(bytes: number, tag: number): void {
    if (!(bytes >= 0 && bytes < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`bytes(=${bytes}) should be finite and >= 0`);
    }
    const at = this.append();
    this.block[at] = bytes;
    this.block[at + TAG] = tag;
    if (this.length > 1) return;
    this.remaining = bytes;
    this.#link.activate(this);
  }

  /** Forgets all messages that have not wholly left. */
  clear(): void {
    if (this.length === 0) return;
    this.#link.abandon(this);
    this.empty();
  }

  /** Turns to the next waiting message; false when there is none. */
  advance(): boolean {
    this.drop();
    if (this.length === 0) return false;
    this.remaining = this.current;
    return true;
  }
}

/**
 * One direction of a link: flows that have something to send share its bandwidth max-min fairly, each up to its cap (fluid
 * model; water filling after Bertsekas & Gallager, Data Networks, section 6.5.2). Full duplex is two of these. A change costs
 * O(active flows). Its one event, that of the next message to have left, is put into the agenda by {@link settle}.
 */
export class SharedLink {
  #bandwidth: number;
  readonly #agenda: Agenda;
  readonly #source: number;
  /** Bytes that would have fitted before the bandwidth changed last, and when that was. */
  #fitted = 0;
  #changed = 0;
  /** Flows that are sending, by ascending cap. */
  readonly #active: LinkFlow[] = [];
  /** Bytes of messages that have wholly left. */
  #sent = 0;
  #updated = 0;
  /** Place of the flow whose message leaves next. */
  #next = 0;
  #order = 0;
  #stale = false;

  /**
   * @param source Its events' in the agenda.
   * @param bandwidth Bytes per second, above 0; `Infinity` for none to wait for.
   * @throws RangeError if that is out of range.
   */
  constructor(agenda: Agenda, source: number, bandwidth: number) {
    if (!(bandwidth > 0)) throw new RangeError(`bandwidth(=${bandwidth}) should be > 0`);
    this.#agenda = agenda;
    this.#source = source;
    this.#bandwidth = bandwidth;
  }

  /** Bytes per second. */
  get bandwidth(): number {
    return this.#bandwidth;
  }

  /**
   * From now on it is another, which its flows share at once.
   * @param bandwidth Bytes per second; 0: nothing moves until it changes again.
   * @throws RangeError if that is negative or NaN.
   */
  change(bandwidth: number): void {
    if (!(bandwidth >= 0)) throw new RangeError(`bandwidth(=${bandwidth}) should be >= 0`);
    this.#update();
    this.#fitted = this.capacity;
    this.#changed = this.#agenda.now;
    this.#bandwidth = bandwidth;
    this.#share();
    this.#touch();
  }

  /** Bytes that would have fitted so far, up to now. */
  get capacity(): number {
    const elapsed = this.#agenda.now - this.#changed;
    return elapsed === 0 ? this.#fitted : this.#fitted + elapsed * this.#bandwidth;
  }

  /** Bytes that have left the sender so far, up to now. */
  get carried(): number {
    const elapsed = this.#agenda.now - this.#updated;
    let bytes = this.#sent;
    for (const flow of this.#active) bytes += flow.current - remainingAfter(flow, elapsed);
    return bytes;
  }

  /**
   * Adds a sender.
   * @param id Its own.
   * @param cap Highest rate of this flow, bytes per second (a flow-control window per round trip, say).
   * @throws RangeError if `cap` is not above 0.
   */
  flow(id: number, cap = Number.POSITIVE_INFINITY): LinkFlow {
    if (!(cap > 0)) throw new RangeError(`cap(=${cap}) should be > 0`);
    return new LinkFlow(this.#agenda.arena, this, id, cap);
  }

  /** A flow has something to send, and had nothing; for {@link LinkFlow.send}. */
  activate(flow: LinkFlow): void {
    this.#update();
    const active = this.#active;
    let place = active.length;
    active.push(flow);
    while (place > 0 && active[place - 1]!.cap > flow.cap) {
      active[place] = active[place - 1]!;
      place--;
    }
    active[place] = flow;
    this.#share();
    this.#touch();
  }

  /** Flow of the message that leaves next; at its event, of the one that has left. */
  get leaving(): LinkFlow {
    return this.#active[this.#next]!;
  }

  /** That message has left, now: its flow turns to the next. To be called at the event. */
  leave(): void {
    this.#update();
    const place = this.#next;
    const flow = this.#active[place]!;
    this.#sent += flow.current;
    if (!flow.advance()) this.#dismiss(place);
    this.#touch();
  }

  /** A flow gives up what it was sending; for {@link LinkFlow.clear}. */
  abandon(flow: LinkFlow): void {
    this.#update();
    this.#sent += flow.current - flow.remaining;
    this.#dismiss(this.#active.indexOf(flow));
    this.#touch();
  }

  /** The flow at that place has nothing left to send. */
  #dismiss(place: number): void {
    for (let i = place + 1; i < this.#active.length; i++) this.#active[i - 1] = this.#active[i]!;
    this.#active.pop();
    this.#share();
  }

  /** Tells the agenda of the next message to have left, if that has changed. */
  settle(): void {
    if (!this.#stale) return;
    this.#stale = false;
    const active = this.#active;
    if (active.length === 0) {
      this.#agenda.remove(this.#source);
      return;
    }
    this.#next = 0;
    let soonest = active[0]!.remaining / active[0]!.rate;
    for (let i = 1; i < active.length; i++) {
      const time = active[i]!.remaining / active[i]!.rate;
      if (!(time < soonest)) continue;
      soonest = time;
      this.#next = i;
    }
    if (this.#bandwidth === 0) this.#agenda.remove(this.#source);
    else this.#agenda.put(this.#source, this.#agenda.now + soonest, this.#order);
  }

  #touch(): void {
    this.#order = this.#agenda.ticket();
    this.#stale = true;
  }

  #update(): void {
    const elapsed = this.#agenda.now - this.#updated;
    this.#updated = this.#agenda.now;
    for (const flow of this.#active) flow.remaining = remainingAfter(flow, elapsed);
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
}

function remainingAfter(flow: LinkFlow, elapsed: number): number {
  // Without the first test an unlimited flow would give Infinity * 0.
  return elapsed === 0 ? flow.remaining : Math.max(0, flow.remaining - flow.rate * elapsed);
}
