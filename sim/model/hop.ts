import type { Agenda } from "../engine/agenda.ts";
import type { LinkFlow, SharedLink } from "../engine/link.ts";
import type { RandomStream } from "../engine/random.ts";
import { Timeline } from "../engine/timeline.ts";
import { mean } from "../statistics/moments.ts";
import type { HopCosts, PodCosts } from "./costs.ts";
import { type Draws, drawsOf, type ThreadDraws } from "./draws.ts";
import type { PodServer } from "./pod-server.ts";
import type { PodHost } from "./slow-processor.ts";
import { COLD, IDLE } from "./thread.ts";

/** Work of an emulated link's relay, for which nobody waits. */
export const RELAY = -1;

/** When the last frame and the last acknowledgement before arrive: they share one TCP connection, none overtakes another. */
const THERE = 0;
const BACK = 1;
/** By thread, from idle on: CPU time that one that waited is expected to take to receive a message, part of the hop's measured time. */
const RECEIVE = 1;
const NUMBERS = 4;

/** What a hop is besides its costs. */
export interface HopShape {
  /** `null`: loopback. */
  readonly link: SharedLink | null;
  /** Its own number, and the sources of its deliveries and acknowledgements in the agenda. */
  readonly id: number;
  readonly deliveries: number;
  readonly acknowledgements: number;
}

/** What is on its way from a pod to the next, and back. */
export class Hop {
  readonly link: SharedLink | null;
  from: PodServer;
  to: PodServer;
  /** The frame that is expected there next, and the last that upstream was told to be delivered. */
  next = 0;
  told = 0;
  readonly #agenda: Agenda;
  readonly #flow: LinkFlow | null;
  readonly #host: PodHost;
  /** Bytes of the frames over and over, or of each. */
  readonly #payload: Float64Array | null;
  readonly #bytes: number;
  readonly #relayCpuPerByte: number;
  readonly #delay: ThreadDraws;
  readonly #acknowledgement: Draws;
  /** Random states of these. */
  readonly #delayWords: Int32Array;
  readonly #delayState: number;
  readonly #backWords: Int32Array;
  readonly #backState: number;
  readonly #deliveries: Timeline;
  readonly #acknowledgements: Timeline;
  /** Its own numbers. */
  readonly #block: Float64Array;
  readonly #at: number;

  constructor(
    agenda: Agenda,
    [from, to]: readonly [PodServer, PodServer],
    costs: HopCosts,
    receive: PodCosts["receive"],
    streams: { readonly delay: RandomStream; readonly acknowledgement: RandomStream },
    { link, id, deliveries, acknowledgements }: HopShape,
  ) {
    this.#agenda = agenda;
    this.from = from;
    this.to = to;
    this.link = link;
    this.#flow = link?.flow(id) ?? null;
    this.#host = from.host;
    this.#payload = costs.payload.length > 1 ? Float64Array.from(costs.payload) : null;
    this.#bytes = costs.payload[0]!;
    this.#relayCpuPerByte = costs.relayCpuPerByte;
    this.#delay = drawsOf(agenda.arena, costs.delay);
    this.#acknowledgement = drawsOf(agenda.arena, costs.acknowledgement)[IDLE];
    ({ words: this.#delayWords, at: this.#delayState } = streams.delay.state);
    ({ words: this.#backWords, at: this.#backState } = streams.acknowledgement.state);
    this.#at = agenda.arena.take(NUMBERS);
    this.#block = agenda.arena.block;
    this.#block[this.#at + RECEIVE + IDLE] = mean(receive.idle);
    this.#block[this.#at + RECEIVE + COLD] = mean(receive.cold);
    this.#deliveries = new Timeline(agenda, deliveries);
    this.#acknowledgements = new Timeline(agenda, acknowledgements);
    from.outlet.hop = this;
    to.up = this;
  }

  /** A frame is handed over: its bytes, of which the link is told if there is one. */
  transmit(frame: number): number {
    const bytes = this.#payload === null ? this.#bytes : this.#payload[frame % this.#payload.length]!;
    if (this.#flow === null) {
      this.cross(frame);
      return bytes;
    }
    const work = this.#relayCpuPerByte * bytes;
    if (work > 0) this.#host.submit(work, RELAY);
    this.#flow.send(bytes, frame);
    return bytes;
  }

  /** A frame's last byte has left. */
  cross(frame: number): void {
    const thread = this.to.own.state() === COLD ? COLD : IDLE;
    const [block, at] = [this.#block, this.#at];
    const delay = this.#delay[thread].next(this.#delayWords, this.#delayState) - block[at + RECEIVE + thread]!;
    const time = Math.max(block[at + THERE]!, this.#agenda.now + Math.max(delay, 0));
    block[at + THERE] = time;
    this.#deliveries.push(time, this.#agenda.ticket(), 2 * frame + (thread === COLD ? 1 : 0));
  }

  /** The next frame is there; to be called at its event. */
  deliver(): void {
    const tag = this.#deliveries.shift();
    this.next = (tag >> 1) + 1;
    this.to.arrive(tag >> 1, (tag & 1) === 1 ? COLD : IDLE);
  }

  /** Tells upstream that all frames below `next` are delivered. */
  acknowledge(next: number): void {
    this.told = next;
    this.#send(next);
  }

  #send(message: number): void {
    const back = this.#at + BACK;
    const time = Math.max(
      this.#block[back]!,
      this.#agenda.now + this.#acknowledgement.next(this.#backWords, this.#backState),
    );
    this.#block[back] = time;
    this.#acknowledgements.push(time, this.#agenda.ticket(), message);
  }

  /** The next acknowledgement is there, or what a pod asks for; to be called at its event. */
  hear(): void {
    this.from.acknowledged(this.#acknowledgements.shift());
  }

  /** One of its pods is gone, and with it the connection and all that was under way. */
  cut(): void {
    this.from.outlet.lost();
    this.#flow?.clear();
    this.link?.settle();
    this.#deliveries.clear();
    this.#acknowledgements.clear();
    this.#block[this.#at + THERE] = 0;
    this.#block[this.#at + BACK] = 0;
  }

  /** The pod that frames go to has been started again, and asks for those from `next` on. */
  open(next: number): void {
    this.#send(-1 - next);
  }

  /** The pod that frames come from has been started again. */
  join(from: PodServer): void {
    this.from = from;
    from.outlet.hop = this;
    if (this.told > 0) from.acknowledged(this.told);
  }
}
