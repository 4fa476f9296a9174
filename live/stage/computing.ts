import type { FrameShape } from "../../sim/frame.ts";
import type { EmulatedPace } from "../../sim/plan.ts";
import { now } from "./clock.ts";
import type { Crew, Job } from "./crew.ts";
import type { Executor } from "./executor.ts";
import type { ReceivedFrame, SentFrame } from "./frame-codec.ts";
import { FrameCollector } from "./heap.ts";
import type { Pace } from "./pace.ts";
import { digestOf } from "./recorder.ts";
import type { Session } from "./session.ts";

/** How long before a frame is due its timer may fire, seconds; Node's timers are good to a millisecond, the rest is slept. */
const TIMER_SLACK = 1.5e-3;

export interface ComputingEvents {
  /** The session's next frame is computed; where frames are not sent on, `frame` is `null`. */
  computed(session: Session, sequence: number, frame: SentFrame | null): void;
  failed(sequence: number, reason: string): void;
  /** There may be something to do: to be called back in a turn of the event loop. */
  wake(): void;
}

/**
 * Computes a session's frames in order: in this thread, one in a turn of the event loop, or by workers, to whom they are handed
 * as soon as there is room for what they make.
 */
export class Computing {
  readonly #executor: Executor;
  readonly #crew: Crew | null;
  readonly #pace: Pace;
  readonly #events: ComputingEvents;
  readonly #collector = new FrameCollector();
  #timer: NodeJS.Timeout | null = null;

  constructor(executor: Executor, crew: Crew | null, pace: Pace, events: ComputingEvents) {
    this.#executor = executor;
    this.#crew = crew;
    this.#pace = pace;
    this.#events = events;
    crew?.onEnded(() => events.wake());
  }

  /** Frames that are computed at once. */
  get servers(): number {
    return this.#crew?.count ?? 1;
  }

  /**
   * Gets ready for a session's frames. @param input `null`: it begins at the source. @returns the shape that is made of them.
   * @throws RangeError if a kernel can't take its input.
   */
  prepare(session: Session, input: FrameShape | null, emulated: EmulatedPace | null): FrameShape {
    session.input = input;
    const output = this.#executor.prepare(input, session.run);
    this.#crew?.begin(session, input, emulated);
    // What getting ready took is no frame's work.
    this.#pace.reset(emulated);
    return output;
  }

  /** Goes on with a session. @param source its frames are made here, not received. @param draining no more of them shall be. */
  turn(session: Session | null, source: boolean, draining: boolean): void {
    const crew = this.#crew;
    if (crew !== null && this.#collect(crew, session)) this.#events.wake();
    if (session === null || draining) return;
    if (crew === null) {
      if (this.#isReady(session, source)) this.#compute(session);
      return;
    }
    while (!crew.full && this.#isReady(session, source)) {
      this.#publish(crew, session);
      // What was held has taken its time: messages, and what workers have ended meanwhile, come before the next.
      if (this.#pace.holds) {
        this.#events.wake();
        return;
      }
    }
  }

  /** A frame can be begun; if it is not due yet, a timer is set. */
  #isReady(session: Session, source: boolean): boolean {
    if (this.#timer !== null || session.failure !== null || session.next >= session.run.frames) return false;
    const waits = session.outlet?.blocked || (source ? !this.#isDue(session) : session.inbox.length === 0);
    if (waits) this.#pace.rest();
    return !waits;
  }

  /** The source shall make its next frame now, or so soon that the rest is slept. */
  #isDue(session: Session): boolean {
    if (session.run.rate === 0) return true;
    const wait = session.due - now();
    if (wait <= TIMER_SLACK) return true;
    const wake = () => {
      this.#timer = null;
      this.#events.wake();
    };
    this.#timer = setTimeout(wake, Math.floor((wait - TIMER_SLACK) * 1e3));
    return false;
  }

  /** In this thread. */
  #compute(session: Session): void {
    const { run, recorder } = session;
    const { trace } = recorder;
    const { due } = session;
    const received = session.inbox.shift() ?? null;
    if (!Number.isNaN(due)) this.#pace.wait(due);
    const sequence = this.#begin(session, due, received);
    const at = recorder.at(sequence);
    const frame = session.outlet?.claim() ?? null;
    const output = frame ?? session.discarded!;
    const start = now();
    if (received === null && run.rate === 0) recorder.scheduled[at] = start;
    trace.start[at] = start;
    try {
      this.#executor.run(sequence, received?.samples ?? null, output.samples);
    } catch (error) {
      this.#events.failed(sequence, (error as Error).message);
      return;
    } finally {
      received?.release();
    }
    trace.computeCpu[at] = this.#pace.settleCompute();
    trace.end[at] = now();
    if (sequence < run.digests) recorder.digests[sequence] = digestOf(output.samples);
    this.#finish(session, sequence, received, frame);
  }

  #publish(crew: Crew, session: Session): void {
    const { due } = session;
    const received = session.inbox.shift() ?? null;
    const sequence = this.#begin(session, due, received);
    crew.publish(session, sequence, received, session.outlet?.claim() ?? null, due);
  }

  /** @param received `null`: it is made here. @returns the sequence number of the frame that is begun now. */
  #begin(session: Session, due: number, received: ReceivedFrame | null): number {
    // A source may have dropped frames.
    const sequence = received?.sequence ?? session.next;
    session.next = sequence + 1;
    const { recorder } = session;
    const at = received === null ? recorder.begin(sequence) : recorder.at(sequence);
    const messages = this.#pace.settleMessages();
    recorder.trace.receiveCpu[at] = messages.receive;
    recorder.trace.sendCpu[at] = messages.send;
    if (!Number.isNaN(due)) recorder.scheduled[at] = due;
    return sequence;
  }

  /**
   * Takes what workers have ended; what is compressed before it goes, one by one, so that each is on its way while the next is.
   * @returns whether there may be more of it.
   */
  #collect(crew: Crew, session: Session | null): boolean {
    for (let job = crew.collect(); job !== null; job = crew.collect()) {
      job.received?.release();
      if (job.session !== session || session.failure !== null) continue;
      if (job.error !== null) this.#events.failed(job.sequence, job.error);
      else this.#record(session, job);
      if (session.outlet?.compresses) return true;
    }
    return false;
  }

  #record(
    { run, recorder }: Session,
    { session, sequence, received, frame, start, end, computeCpu, digest }: Job,
  ): void {
    const { trace, scheduled, digests } = recorder;
    const at = recorder.at(sequence);
    if (received === null && run.rate === 0) scheduled[at] = start;
    trace.start[at] = start;
    trace.end[at] = end;
    trace.computeCpu[at] = computeCpu;
    trace.noticed[at] = now();
    if (digest !== null) digests[sequence] = digest;
    this.#finish(session, sequence, received, frame);
  }

  #finish(session: Session, sequence: number, received: ReceivedFrame | null, frame: SentFrame | null): void {
    const { outlet, recorder } = session;
    recorder.completed++;
    recorder.computing += recorder.trace.end[recorder.at(sequence)]! - recorder.trace.start[recorder.at(sequence)]!;
    session.finished = sequence + 1;
    if (received !== null) this.#collector.passed(received.samples.byteLength);
    if (outlet !== null) {
      if (outlet.compresses) {
        this.#pace.lap("send");
        outlet.compress(frame!, sequence);
        recorder.trace.compressCpu[recorder.at(sequence)] = this.#pace.settleCompress();
      }
      this.#pace.sent();
    }
    this.#events.computed(session, sequence, frame);
  }
}
