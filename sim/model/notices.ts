import type { Agenda } from "../engine/agenda.ts";
import type { RandomStream } from "../engine/random.ts";
import { Timeline } from "../engine/timeline.ts";
import type { RandomState } from "../engine/xoshiro.ts";
import type { WaitedSamples } from "./costs.ts";
import { drawsOf, type ThreadDraws } from "./draws.ts";
import type { OwnThread } from "./own-thread.ts";
import { BUSY, type ThreadState } from "./thread.ts";

/** What workers tell their pod's own thread: it comes to that between two others, or is woken for it, which takes a while. */
export class Notices {
  readonly #agenda: Agenda;
  readonly #own: OwnThread;
  readonly #wakeUp: ThreadDraws;
  readonly #state: RandomState;
  readonly #timeline: Timeline;

  /** @param source Its events' in the agenda. @param wakeUp Seconds that waking up takes. */
  constructor(agenda: Agenda, source: number, own: OwnThread, stream: RandomStream, wakeUp: WaitedSamples) {
    this.#agenda = agenda;
    this.#own = own;
    this.#wakeUp = drawsOf(agenda.arena, wakeUp);
    this.#state = stream.state;
    this.#timeline = new Timeline(agenda, source);
  }

  /** A worker has ended a frame. */
  tell(): void {
    const thread = this.#own.state();
    const delay = thread === BUSY ? 0 : this.#wakeUp[thread].next(this.#state.words, this.#state.at);
    this.#timeline.push(this.#agenda.now + delay, this.#agenda.ticket(), thread);
  }

  /** The thread hears of it, at its event: what it was when it was told. */
  hear(): ThreadState {
    return this.#timeline.shift() as ThreadState;
  }
}
