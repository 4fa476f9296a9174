import type { PodTerms } from "../summary.ts";

/** What is kept of a pod, by place: sums after warm-up, seconds. */
export const LINK = 0;
export const DECODE = 1;
export const QUEUE = 2;
export const COMPUTE = 3;
export const SEND = 4;
/** CPU seconds of messages, and seconds of compute since the first end after warm-up; that end, and the last. */
export const MESSAGES = 5;
export const WITHIN = 6;
export const FIRST = 7;
export const LAST = 8;
/** CPU seconds of receiving and of sending since the frame before was begun. */
export const RECEIVING = 9;
export const SENDING = 10;
export const SUMS = 11;

/** A frame's compute, seconds. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What a pod's sums tell, once its run is over. */
export abstract class Sums {
  /** What they are the sums of. */
  abstract readonly shape: { readonly pod: string; readonly node: string; readonly workers: number };
  protected abstract of(sum: number): number;

  /** Compute of frames of the warm-up that ended after that of others. */
  protected get stragglers(): readonly Span[] {
    return [];
  }

  /** The first `end` after warm-up and the last, seconds. */
  get ends(): { readonly first: number; readonly last: number } {
    return { first: this.of(FIRST), last: this.of(LAST) };
  }

  /** @param frames after warm-up. */
  terms(frames: number): PodTerms {
    return {
      pod: this.shape.pod,
      node: this.shape.node,
      link: this.of(LINK) / frames,
      decode: this.of(DECODE) / frames,
      queue: this.of(QUEUE) / frames,
      compute: this.of(COMPUTE) / frames,
      send: this.of(SEND) / frames,
    };
  }

  /** As `summarise` has it. */
  get utilisation(): number {
    const [first, last] = [this.of(FIRST), this.of(LAST)];
    let compute = this.of(WITHIN);
    for (const { start, end } of this.stragglers) {
      compute += Math.max(0, Math.min(end, last) - Math.max(start, first));
    }
    const { workers } = this.shape;
    const messages = this.of(MESSAGES);
    const busy = workers === 0 ? compute + messages : Math.max(compute / workers, messages);
    const window = last - first;
    return window === 0 ? 0 : Math.min(1, busy / window);
  }
}
