import { STAMPS, type Trace } from "../trace.ts";

/**
 * Frames that a source which drops others has sent: pods behind it count those alone, one after the other, as if none were missing.
 */
export class SentFrames {
  /** Sequence numbers, in turn. */
  readonly #sequences: Int32Array;
  #count = 0;

  /** @param frames of the run. */
  constructor(frames: number) {
    this.#sequences = new Int32Array(frames);
  }

  get count(): number {
    return this.#count;
  }

  /** Sequence number of the frame that was sent as number `position`, from 0 on. */
  at(position: number): number {
    return this.#sequences[position]!;
  }

  /** The frame that is sent as number `position`, after which all that has been sent behind it comes anew. */
  send(position: number, sequence: number): void {
    this.#sequences[position] = sequence;
    this.#count = position + 1;
  }

  /** The first frame that a source is to make which is started again, and is asked for number `position`. */
  after(position: number): number {
    return position === 0 ? 0 : this.at(position - 1) + 1;
  }

  /** The last `frames` of a run is sent, which nothing can take the place of: nothing comes behind the first `count` sent. */
  endsWith(count: number, frames: number): boolean {
    return count > 0 && count === this.#count && this.at(count - 1) === frames - 1;
  }

  /** Puts what pods behind the source have counted so at its sequence numbers. */
  spread(pods: Trace["pods"]): void {
    for (const pod of pods.slice(1)) {
      for (const stamp of STAMPS) {
        const column = pod[stamp];
        const counted = column.slice(0, this.#count);
        column.fill(Number.NaN);
        counted.forEach((value, position) => {
          column[this.at(position)] = value;
        });
      }
    }
  }
}
