import type { Agenda } from "../engine/agenda.ts";
import type { Hop } from "./hop.ts";
import type { PodMaker } from "./pod-maker.ts";
import type { SentFrames } from "./sent-frames.ts";
import type { Source } from "./source.ts";

/**
 * Pods of a line that are killed and started again, by the protocol of the hops: what a pod had not passed on is lost with it, and
 * so is what was under way to it and from it. The pod behind asks it for the frame that is due there next, it asks the pod before it
 * for the same, and that sends again what it has kept: all that is not acknowledged. So no frame is lost, and none comes twice.
 */
export class Restarts {
  readonly #agenda: Agenda;
  readonly #makers: readonly PodMaker[];
  /** From each pod to the next. */
  readonly #hops: readonly Hop[];
  /** Of frames at a rate. */
  readonly #source: Source | null;
  readonly #frames: number;
  /** By that which may drop some. */
  readonly #sent: SentFrames | null;
  /** By how many restarts a pod is down, and whether it is, or waits for those behind it. */
  readonly #down: number[];
  readonly #serves: boolean[];
  /** Frames that the last pod has delivered. */
  #delivered = 0;

  constructor(
    agenda: Agenda,
    makers: readonly PodMaker[],
    hops: readonly Hop[],
    source: Source | null,
    frames: number,
    sent: SentFrames | null,
  ) {
    this.#agenda = agenda;
    this.#makers = makers;
    this.#hops = hops;
    this.#source = source;
    this.#frames = frames;
    this.#sent = sent;
    this.#down = makers.map(() => 0);
    this.#serves = makers.map(() => true);
  }

  /** All frames are delivered. */
  get done(): boolean {
    if (!this.#serves.at(-1)!) return false;
    const { collected } = this.#makers.at(-1)!.pod;
    return this.#sent === null ? collected === this.#frames : this.#sent.endsWith(collected, this.#frames);
  }

  kill(index: number): void {
    if (this.#down[index]!++ > 0 || !this.#serves[index]!) return;
    this.#serves[index] = false;
    const maker = this.#makers[index]!;
    if (index === this.#makers.length - 1) this.#delivered = maker.pod.collected;
    maker.kill();
    this.#hops[index - 1]?.cut();
    this.#hops[index]?.cut();
    // With nothing to do, and nobody to do it for.
    const nobody = maker.make(this.#frames);
    if (index > 0) this.#hops[index - 1]!.to = nobody;
    if (index < this.#hops.length) this.#hops[index]!.from = nobody;
  }

  /** It is there again. */
  start(index: number): void {
    if (--this.#down[index]! === 0) this.#serve(index);
  }

  /** It begins once the pod behind it asks for frames, and asks the one before it. */
  #serve(index: number): void {
    const [into, out] = [this.#hops[index - 1], this.#hops[index]];
    if (this.#serves[index]! || this.#down[index]! > 0 || !(this.#serves[index + 1] ?? true)) return;
    this.#serves[index] = true;
    const next = out?.next ?? this.#delivered;
    const frame = index > 0 || this.#sent === null ? next : this.#sent.after(next);
    const pod = this.#makers[index]!.make(frame, next);
    if (into === undefined) {
      if (this.#source === null) pod.due(this.#frames);
      else this.#source.restart(pod, frame, this.#agenda.now);
    } else {
      into.to = pod;
      into.next = next;
      pod.up = into;
      if (this.#serves[index - 1]!) into.open(next);
      else this.#serve(index - 1);
    }
    if (out !== undefined) out.join(pod);
    // Whoever takes what is delivered says so again, as what was said before may have been lost.
    else if (next > 0) pod.acknowledged(next);
    pod.settle();
  }
}
