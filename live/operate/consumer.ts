import { createHash, type Hash } from "node:crypto";
import { now } from "../stage/clock.ts";
import type { ReceivedFrame } from "../stage/frame-codec.ts";

/** When the latest so many frames were delivered is remembered. */
const REMEMBERED = 4096;

/**
 * The end of the pipeline. Frames may come from two lines at once, while one takes the other's place: each is delivered once,
 * in order, whoever brings it first; what comes before its turn is held.
 */
export class Consumer {
  readonly #onFrame: ((frame: ReceivedFrame) => void) | undefined;
  readonly #onDelivered: (next: number) => void;
  readonly #held = new Map<number, ReceivedFrame>();
  readonly #times = new Float64Array(REMEMBERED).fill(Number.NaN);
  readonly #digest: Hash = createHash("sha256");
  #next = 0;
  #repeated = 0;

  /**
   * @param onDelivered is told, after one or several frames, that all before `next` are delivered. @param onFrame sees each frame, which is
   * gone when it returns.
   */
  constructor(onDelivered: (next: number) => void, onFrame?: (frame: ReceivedFrame) => void) {
    this.#onDelivered = onDelivered;
    this.#onFrame = onFrame;
  }

  /** Sequence number that is delivered next: so many frames were. */
  get next(): number {
    return this.#next;
  }

  /** Frames that came once more. */
  get repeated(): number {
    return this.#repeated;
  }

  /** SHA-256 of the payloads of all frames that were delivered, one after the other. */
  get digest(): string {
    return this.#digest.copy().digest("hex");
  }

  /** When a frame was delivered, monotonic, seconds; `NaN` if that is long ago, or did not happen. */
  deliveredAt(sequence: number): number {
    const isKnown = sequence < this.#next && sequence >= this.#next - REMEMBERED;
    return isKnown ? this.#times[sequence % REMEMBERED]! : Number.NaN;
  }

  /** Seconds between deliveries of frames from `first` up to, not including, `end`, as far as they are remembered. */
  gaps(first: number, end: number): number[] {
    const gaps: number[] = [];
    for (let sequence = Math.max(1, first); sequence < end; sequence++) {
      const gap = this.deliveredAt(sequence) - this.deliveredAt(sequence - 1);
      if (!Number.isNaN(gap)) gaps.push(gap);
    }
    return gaps;
  }

  /** @param frame is released here. */
  take(frame: ReceivedFrame): void {
    const { sequence } = frame;
    if (sequence < this.#next || this.#held.has(sequence)) {
      this.#repeated++;
      frame.release();
      return;
    }
    this.#held.set(sequence, frame);
    const before = this.#next;
    for (let due = this.#held.get(this.#next); due !== undefined; due = this.#held.get(this.#next)) this.#deliver(due);
    if (this.#next > before) this.#onDelivered(this.#next);
  }

  /** Gives back what is held, which comes once more. */
  forget(): void {
    this.#repeated += this.#held.size;
    this.close();
  }

  /** Gives back what is held. */
  close(): void {
    for (const frame of this.#held.values()) frame.release();
    this.#held.clear();
  }

  #deliver(frame: ReceivedFrame): void {
    this.#held.delete(frame.sequence);
    const { buffer, byteOffset, byteLength } = frame.samples;
    this.#digest.update(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
    this.#onFrame?.(frame);
    this.#times[this.#next % REMEMBERED] = now();
    this.#next++;
    frame.release();
  }
}
