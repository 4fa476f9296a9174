import { Fifo } from "../engine/queue.ts";
import type { SentFrames } from "./sent-frames.ts";

/**
 * What a source has made and not sent, of which it drops the oldest when there is no room for another frame (`live/stage/outlet.ts`):
 * it keeps a window of frames that are sent and not acknowledged, those in the making, and a buffer of others. Frames are numbered
 * as they are made, and as they are sent.
 */
export class Drops {
  readonly #sent: SentFrames;
  readonly #room: number;
  /** Made, not sent. */
  #waiting = new Fifo<number>();
  /** The first that is not made; and the number of the next to be sent. */
  #made: number;
  #position: number;

  /** @param room Frames that are kept, at most. @param first frame to be made, and its number if it is sent. */
  constructor(sent: SentFrames, room: number, first: number, position: number) {
    this.#sent = sent;
    this.#room = room;
    this.#made = first;
    this.#position = position;
  }

  /** All frames below `next` are made. @returns the number that one would have which comes behind those that wait. */
  make(next: number): number {
    while (this.#made < next) this.#waiting.push(this.#made++);
    return this.#position + this.#waiting.length;
  }

  /** The oldest that waits is sent. */
  send(): void {
    this.#sent.send(this.#position++, this.#waiting.shift()!);
  }

  sequenceOf(position: number): number {
    return this.#sent.at(position);
  }

  /** Those from number `position` on are asked for again: until then they wait, and may be dropped. */
  sendAgain(position: number): void {
    const waiting = new Fifo<number>();
    for (let sent = position; sent < this.#position; sent++) waiting.push(this.#sent.at(sent));
    for (let frame = this.#waiting.shift(); frame !== undefined; frame = this.#waiting.shift()) waiting.push(frame);
    this.#waiting = waiting;
    this.#position = position;
  }

  /** No other may be begun: none that is kept could be dropped for it. @param begun the next. @param base number of the first that is not acknowledged. */
  blocks(begun: number, base: number): boolean {
    return this.#waiting.length === 0 && this.#isFull(begun, base);
  }

  /** Another is begun: the oldest goes if there is no room for it. */
  begin(begun: number, base: number): void {
    if (this.#isFull(begun, base)) this.#waiting.shift();
  }

  /** The oldest that is kept. */
  oldest(base: number): number {
    return base < this.#position ? this.#sent.at(base) : (this.#waiting.peek() ?? this.#made);
  }

  #isFull(begun: number, base: number): boolean {
    return this.#position - base + this.#waiting.length + begun - this.#made >= this.#room;
  }
}
