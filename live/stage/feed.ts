import { status } from "@grpc/grpc-js";
import type { FrameShape } from "../../sim/frame.ts";
import { now } from "./clock.ts";
import { ELEMENT_OF_CODE, newFrame, type SentFrame } from "./frame-codec.ts";
import type { UpstreamEvents } from "./upstream.ts";
import type { FeedMessage, Run } from "./wire.ts";

/** Stands for what is upstream of a pod while the end of a line is warmed up: frames of zeros, a window of them at a time. */
export class Feed {
  readonly #run: Run;
  readonly #events: UpstreamEvents;
  readonly #frame: SentFrame;
  #next = 0;
  #acknowledged = 0;
  #closed = false;

  /** @throws RangeError if there can't be such frames. */
  constructor(run: Run, { height, width, channels, element: code }: FeedMessage, events: UpstreamEvents) {
    const element = ELEMENT_OF_CODE[code];
    if (element === undefined || !(height > 0 && width > 0 && channels > 0))
      throw new RangeError(`no frames of ${height}x${width}x${channels}, element type ${code}, can be made`);
    const shape: FrameShape = { height, width, channels, element };
    this.#run = run;
    this.#events = events;
    this.#frame = newFrame(shape);
    this.#frame.samples.fill(0);
  }

  get next(): number {
    return this.#next;
  }

  /** Makes frames from `next` on. */
  open(next: number): void {
    this.#next = next;
    this.#acknowledged = next;
    this.#fill();
  }

  acknowledge(next: number): void {
    if (this.#closed || next <= this.#acknowledged) return;
    this.#acknowledged = next;
    if (next >= this.#run.frames) this.#events.finished();
    else this.#fill();
  }

  flush(): boolean {
    return false;
  }

  refuse(_sequence: number, reason: string): void {
    this.#events.failed(status.INVALID_ARGUMENT, reason);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#frame.release();
  }

  #fill(): void {
    const { frames, window } = this.#run;
    const { shape, samples } = this.#frame;
    while (!this.#closed && this.#next < Math.min(frames, this.#acknowledged + window)) {
      const sequence = this.#next++;
      const arrived = now();
      this.#events.frame({ sequence, shape, samples, arrived, decompressCpu: Number.NaN, release: () => {} });
    }
  }
}
