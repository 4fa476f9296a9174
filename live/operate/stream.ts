import { setTimeout as sleep } from "node:timers/promises";
import { RunError } from "../driver.ts";
import { now } from "../stage/clock.ts";
import type { ReceivedFrame } from "../stage/frame-codec.ts";
import type { Run } from "../stage/wire.ts";
import { Consumer } from "./consumer.ts";
import type { Line } from "./line.ts";

/** A line that goes and brings nothing for so long, or so many times as long as usual, is given up: the new one does the rest. */
const GIVEN_UP = { seconds: 2, gaps: 10 };
/** A new line that brings nothing for so long does not work. */
const SWITCH_SECONDS = 30;
/** A pod that goes is asked so often whether it has all acknowledgements. */
const POLL_MILLISECONDS = 5;

/** The frames of a run that goes on while the lines change that bring them: one, or two while one takes the other's place. */
export class Stream {
  readonly run: Run;
  readonly consumer: Consumer;
  /** Resolves when all frames are delivered; rejects when that can't be any more. */
  readonly ended: Promise<void>;
  readonly #origin: number;
  readonly #open = new Set<Line>();
  /** Who waits for frames. */
  readonly #waiting: (() => void)[] = [];
  #end: (failure: Error | null) => void = () => {};

  /** @param origin when frame 0 is due, this process's clock; `NaN` where frames are not due. */
  constructor(run: Run, origin: number, onFrame?: (frame: ReceivedFrame) => void) {
    this.run = run;
    this.#origin = origin;
    this.consumer = new Consumer((next) => this.#delivered(next), onFrame);
    this.ended = new Promise((resolve, reject) => {
      this.#end = (failure) => (failure === null ? resolve() : reject(failure));
    });
    this.ended.catch(() => {});
  }

  /** When a frame is due, monotonic, seconds; `NaN` where frames are not due. */
  dueAt(sequence: number): number {
    return this.#origin + sequence / this.run.rate;
  }

  /** Begins to take a line's frames, from `next` on, on the schedule that the source had so far. @param clock its source's. */
  take(line: Line, next: number, clock: number): void {
    const run = this.run.rate > 0 ? { ...this.run, origin: this.#origin - clock } : this.run;
    this.#open.add(line);
    line.open(run, next, {
      frame: (frame) => {
        try {
          this.consumer.take(frame);
        } catch (error) {
          this.#end(error as Error);
        }
      },
      finished: () => this.#end(null),
      failed: (error) => {
        if (this.#open.has(line)) this.#end(error);
      },
    });
    if (this.consumer.next > 0) line.acknowledge(this.consumer.next);
  }

  /**
   * The first of the old pods that does not stay takes no more frames; what it has taken is delivered by the old line while the new one,
   * which begins with the frame after, fills. If it can't tell which that is, or the old line does not bring them, the new one brings all
   * that is not delivered: it is with the pods that stay, or the source makes it again.
   * @param kept so many pods stay. @param usual seconds between two frames. @returns the first frame that the new line is to bring.
   */
  async switch(old: Line, line: Line, kept: number, clock: number, usual: number): Promise<number> {
    const patience = Math.max(GIVEN_UP.seconds, GIVEN_UP.gaps * usual);
    const told = await within(patience, old.clients[kept]!.handOver(this.run.id));
    const at = Math.max(told ?? 0, this.consumer.next);
    if (told === null) this.#leave(old);
    this.take(line, at, clock);
    const came = await this.reaches(at, patience);
    if (told !== null && came && at > 0) await within(patience, this.#acknowledged(old, kept, at - 1, patience));
    this.#leave(old);
    if (!came) {
      // Its pods begin anew, and bring all of it: what is held must not be acknowledged before they have sent it.
      this.consumer.forget();
      this.take(line, this.consumer.next, clock);
    }
    if (!(await this.reaches(Math.min(at + 1, this.run.frames), SWITCH_SECONDS))) {
      const failure = new RunError(`${line.plan.split} brings no frames: none after ${this.consumer.next - 1}`);
      this.#end(failure);
      throw failure;
    }
    return at;
  }

  /** Waits until all frames before `next` are delivered. @returns false if for so many seconds none was. @throws what ended the stream. */
  async reaches(next: number, patience: number): Promise<boolean> {
    while (this.consumer.next < next) {
      const before = this.consumer.next;
      let late: NodeJS.Timeout | undefined;
      await Promise.race([
        new Promise<void>((resolve) => this.#waiting.push(resolve)),
        new Promise<void>((resolve) => {
          late = setTimeout(resolve, patience * 1e3);
        }),
        this.ended,
      ]).finally(() => clearTimeout(late));
      if (this.consumer.next === before) return false;
    }
    return true;
  }

  /** There is no going on. */
  end(failure: RunError): void {
    this.#end(failure);
  }

  /** Takes nothing any more. */
  close(): void {
    for (const line of this.#open) line.dispose();
    this.#open.clear();
    this.consumer.close();
  }

  /**
   * Waits until the acknowledgement of a line's last frame has come to the first of its pods that go, and so to all of them: none has anything
   * to wait for then when it is asked to end. No longer than so many seconds.
   */
  async #acknowledged({ clients, pods }: Line, first: number, frame: number, patience: number): Promise<void> {
    for (const end = now() + patience; now() < end; await sleep(POLL_MILLISECONDS)) {
      const { trace } = await clients[first]!.trace(this.run.id, pods[first]!, 1, frame);
      // One that was started afresh never had it.
      if (Number.isNaN(trace.end[0]) || !Number.isNaN(trace.acked[0])) return;
    }
  }

  #leave(line: Line): void {
    this.#open.delete(line);
    line.close();
  }

  #delivered(next: number): void {
    for (const line of this.#open) line.acknowledge(next);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** @returns `null` if it fails, or takes longer than so many seconds. */
async function within<T>(seconds: number, work: Promise<T>): Promise<T | null> {
  const late = new AbortController();
  return Promise.race([
    work.catch(() => null),
    sleep(seconds * 1e3, null, { signal: late.signal }).catch(() => null),
  ]).finally(() => late.abort());
}
