import type { Burst } from "../disturbance.ts";
import type { Agenda } from "../engine/agenda.ts";
import type { RandomStream } from "../engine/random.ts";
import { Timeline } from "../engine/timeline.ts";
import type { Samples } from "./costs.ts";
import type { PodServer } from "./pod-server.ts";
import { resume } from "./schedule.ts";
import type { Stalls } from "./stalls.ts";

/** When frames come due at a source that has to make them at a rate: by its schedule, and late by what its timers are late. */
export class Source {
  pod: PodServer;
  readonly #rate: number;
  readonly #frames: number;
  readonly #stream: RandomStream;
  readonly #lateness: Samples;
  readonly #stalls: Stalls | null;
  /** When each frame is due, where that is not at a constant interval. */
  readonly #schedule: Float64Array | null;
  readonly #bursts: readonly Burst[];
  readonly #due: Timeline;
  /** When it is awake that slept until the last frame it had to wait for. */
  #awake = Number.NEGATIVE_INFINITY;
  /** The next frame to be drawn. */
  #next = 0;

  /** @param source Its events' in the agenda. */
  constructor(
    agenda: Agenda,
    source: number,
    pod: PodServer,
    load: {
      readonly rate: number;
      readonly frames: number;
      readonly schedule: Float64Array | null;
      readonly bursts: readonly Burst[];
    },
    lateness: { readonly stream: RandomStream; readonly seconds: Samples; readonly stalls: Stalls | null },
  ) {
    this.pod = pod;
    this.#rate = load.rate;
    this.#frames = load.frames;
    this.#schedule = load.schedule;
    this.#bursts = load.bursts;
    this.#stream = lateness.stream;
    this.#lateness = lateness.seconds;
    this.#stalls = lateness.stalls;
    this.#due = new Timeline(agenda, source);
    this.#draw();
  }

  /** The next frame is due; to be called at its event. */
  due(): void {
    const frame = this.#due.shift();
    this.#draw();
    this.pod.due(frame + 1);
  }

  #timeOf(frame: number): number {
    return this.#schedule === null ? frame / this.#rate : this.#schedule[frame]!;
  }

  /** Its pod has been started again: it goes on at its pace with this frame. What it missed does not come in a burst. */
  restart(pod: PodServer, frame: number, now: number): void {
    this.pod = pod;
    this.#due.clear();
    this.#next = frame;
    this.#awake = Number.NEGATIVE_INFINITY;
    resume(this.#schedule!, frame, now, this.#bursts);
    this.#draw();
  }

  /** Draws all that may come before the first there is, as a late one comes after others. */
  #draw(): void {
    while (this.#next < this.#frames && this.#timeOf(this.#next) <= this.#due.next) {
      const frame = this.#next++;
      const late = this.#stream.pick(this.#lateness);
      const due = this.#timeOf(frame);
      // One that is asleep, or is just awake, does not sleep until another that is due by then.
      if (this.#stalls !== null && due > this.#awake) this.#awake = due + this.#stalls.next();
      // Before all else of the same time, as if it had been scheduled before the run.
      this.#due.push(Math.max(due + Math.max(late, 0), this.#awake), frame - this.#frames, frame);
    }
  }
}
