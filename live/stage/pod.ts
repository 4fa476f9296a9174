import { status } from "@grpc/grpc-js";
import { describeShape, type FrameShape, sameShape } from "../../sim/frame.ts";
import type { EmulatedPace } from "../../sim/model/costs.ts";
import { now, sleepUntil } from "./clock.ts";
import type { PodConfig } from "./config.ts";
import type { Executor } from "./executor.ts";
import { Coding, newFrame, type ReceivedFrame } from "./frame-codec.ts";
import { FrameCollector } from "./heap.ts";
import { type HopCall, Outlet } from "./outlet.ts";
import { Pace } from "./pace.ts";
import { digestOf, Recorder } from "./recorder.ts";
import { Session } from "./session.ts";
import { Upstream } from "./upstream.ts";
import { Delivery, type Open, type Run } from "./wire.ts";

/** How long before a frame is due its timer may fire, seconds; Node's timers are good to a millisecond, the rest is slept. */
const TIMER_SLACK = 1.5e-3;
/** Traces of so many runs are kept for the driver to fetch. */
const KEPT_RUNS = 4;

/**
 * Takes frames from upstream (or makes them), computes, hands them to the outlet. One thread does everything, a frame at a
 * time, and goes back to the event loop in between: the FIFO single server of the model.
 */
export class Pod {
  readonly #config: PodConfig;
  readonly #executor: Executor;
  readonly #pace = new Pace();
  readonly #upstream: Upstream | null;
  readonly #collector = new FrameCollector();
  readonly recorders = new Map<string, Recorder>();
  #session: Session | null = null;
  #scheduled = false;
  #timer: NodeJS.Timeout | null = null;
  #draining: (() => void) | null = null;

  constructor(config: PodConfig, executor: Executor) {
    this.#config = config;
    this.#executor = executor;
    this.#upstream =
      config.upstream === null
        ? null
        : new Upstream(config.upstream, config, {
            frame: (frame) => this.#take(frame),
            finished: () => this.#settle(),
            failed: (code, details) => this.#fail(code, `${config.name}: upstream: ${details}`),
          });
  }

  /** A downstream pod, or the driver, opens the stream of a run. */
  open(open: Open, call: HopCall): void {
    if (this.#draining !== null) {
      call.emit("error", { code: status.UNAVAILABLE, details: `${this.#config.name} is draining` });
      return;
    }
    const { run, next, delivery } = open;
    const session = this.#session;
    const known = session?.run.id === run.id && session.failure === null;
    if (!known || session.delivery !== delivery || next < this.#base(session)) this.#begin(open);
    this.#session!.coding = open.coding ?? Coding.IDENTITY;
    this.#attach(call, next);
  }

  acknowledge(next: number): void {
    const session = this.#session;
    session?.outlet?.acknowledge(next);
    // Also what this pod never had, or no longer has: after a restart, upstream may wait for just that.
    if (session !== null && next > session.acknowledged) {
      session.acknowledged = next;
      this.#upstream?.acknowledge(next);
    }
    this.#checkDrained();
    this.#wake();
  }

  /** Downstream can't take a frame: the run is over, for everybody downstream of it and for this pod. */
  refuse(sequence: number, reason: string): void {
    this.#fail(status.INVALID_ARGUMENT, `${this.#config.name}: frame ${sequence} was refused downstream: ${reason}`);
  }

  lost(call: HopCall): void {
    const session = this.#session;
    if (session === null) return;
    session.outlet?.lost(call);
    if (session.call === call) session.call = null;
  }

  /** Stops pulling, passes on what is here, resolves when all of it is acknowledged. */
  drain(): Promise<void> {
    this.#upstream?.close();
    return new Promise((resolve) => {
      this.#draining = resolve;
      this.#checkDrained();
    });
  }

  dispose(): void {
    this.#upstream?.dispose();
  }

  #base(session: Session): number {
    return session.outlet?.base ?? session.next;
  }

  #begin({ run, next, delivery }: Open): void {
    this.#session?.outlet?.detach(status.ABORTED, "another run has begun");
    this.#session?.release();
    const recorder = this.recorders.get(run.id) ?? new Recorder(run, this.#config.name, this.#config.node);
    this.recorders.delete(run.id);
    this.recorders.set(run.id, recorder);
    for (const old of [...this.recorders.keys()].slice(0, -KEPT_RUNS)) this.recorders.delete(old);
    const session = new Session(run, next, delivery, recorder);
    this.#session = session;
    try {
      if (this.#upstream === null) {
        this.#prepare(session, null);
        // A source that resumes goes on at its rate from here; what it missed is not made up for in a burst.
        session.origin = now() + 2e-3 - (run.rate > 0 ? next / run.rate : 0);
      } else this.#upstream.open(run, next);
    } catch (error) {
      this.#fail(status.FAILED_PRECONDITION, `${this.#config.name}: ${(error as Error).message}`);
    }
  }

  #attach(call: HopCall, next: number): void {
    const session = this.#session!;
    session.call = call;
    if (session.failure !== null) call.emit("error", session.failure);
    else if (session.delivery === Delivery.HERE && session.settled && session.next >= session.run.frames) call.end();
    else session.outlet?.attach(call, next, session.coding);
    this.#wake();
  }

  #prepare(session: Session, input: FrameShape | null): void {
    const { run, delivery } = session;
    session.input = input;
    const output = this.#executor.prepare(input, run);
    // What getting ready took is no frame's work.
    this.#pace.reset(this.#paceOf(run));
    if (delivery === Delivery.HERE) {
      session.discarded = newFrame(output);
      return;
    }
    const { trace } = session.recorder;
    session.outlet = new Outlet(output, run.window, session.next, run.frames, {
      sent: (sequence, bytes) => {
        trace.sent[sequence] = now();
        trace.sentBytes[sequence] = bytes;
        // By the next turn of the event loop HTTP/2 has written what it can.
        setImmediate(this.#endOfSend);
      },
      acknowledged: (first, next) => {
        trace.acked.fill(now(), first, next);
        this.#pace.lap("send");
      },
    });
    if (this.#upstream === null) session.outlet.settle();
    if (session.call !== null) session.outlet.attach(session.call, session.next, session.coding);
  }

  #take(frame: ReceivedFrame): void {
    const session = this.#session;
    if (session === null || session.failure !== null) {
      frame.release();
      return;
    }
    const { trace } = session.recorder;
    try {
      if (session.input === null) this.#prepare(session, frame.shape);
      else if (!sameShape(session.input, frame.shape)) {
        throw new RangeError(
          `frame ${frame.sequence} is ${describeShape(frame.shape)}, those before it ${describeShape(session.input)}`,
        );
      }
    } catch (error) {
      frame.release();
      this.#upstream?.refuse(frame.sequence, `${this.#config.name}: ${(error as Error).message}`);
      return;
    }
    trace.arrived[frame.sequence] = frame.arrived;
    trace.decoded[frame.sequence] = now();
    trace.decompressCpu[frame.sequence] = frame.decompressCpu;
    this.#pace.lap("receive");
    session.inbox.push(frame);
    this.#wake();
  }

  /** Every pod upstream has its acknowledgements: the stream downstream may end. */
  #settle(): void {
    const session = this.#session;
    if (session === null) return;
    session.settled = true;
    session.outlet?.settle();
    if (session.delivery === Delivery.HERE && session.next >= session.run.frames) session.call?.end();
  }

  #fail(code: number, details: string): void {
    const session = this.#session;
    if (session === null || session.failure !== null) return;
    session.failure = { code, details };
    this.#upstream?.close();
    if (session.outlet !== null) session.outlet.detach(code, details);
    else session.call?.emit("error", session.failure);
    session.call = null;
  }

  /** What to keep to on frames of the run's size; `null` where the node is real, and at the size that pods are warmed up with. */
  #paceOf({ height, width }: Run): EmulatedPace | null {
    return this.#config.emulate.find((pace) => pace.height === height && pace.width === width) ?? null;
  }

  readonly #endOfSend = (): void => this.#pace.lap("send");

  #wake(): void {
    if (this.#scheduled || this.#timer !== null) return;
    this.#scheduled = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    // What upstream waits for leaves before the thread is busy for a frame's time.
    if (this.#upstream?.flush()) {
      this.#wake();
      return;
    }
    const session = this.#session;
    if (session === null || session.failure !== null || session.next >= session.run.frames) return;
    if (session.outlet?.blocked) {
      this.#pace.rest();
      return;
    }
    try {
      if (this.#upstream === null) {
        if (this.#draining === null && this.#isDue(session)) this.#compute(session, null);
      } else {
        const frame = session.inbox.shift();
        if (frame === undefined) this.#pace.rest();
        else this.#compute(session, frame);
      }
    } catch (error) {
      this.#fail(
        status.FAILED_PRECONDITION,
        `${this.#config.name}: frame ${session.next}: ${(error as Error).message}`,
      );
    }
  };

  /** True when the source shall produce now; else a timer is set. */
  #isDue(session: Session): boolean {
    const { rate } = session.run;
    if (rate === 0) return true;
    const due = session.origin + session.next / rate;
    const wait = due - now();
    if (wait > 0) this.#pace.rest();
    if (wait > TIMER_SLACK) {
      this.#timer = setTimeout(
        () => {
          this.#timer = null;
          this.#turn();
        },
        Math.floor((wait - TIMER_SLACK) * 1e3),
      );
      return false;
    }
    sleepUntil(due);
    session.recorder.scheduled[session.next] = due;
    return true;
  }

  #compute(session: Session, received: ReceivedFrame | null): void {
    const sequence = session.next++;
    const { run, recorder } = session;
    const { trace } = recorder;
    const messages = this.#pace.settleMessages();
    trace.receiveCpu[sequence] = messages.receive;
    trace.sendCpu[sequence] = messages.send;
    const frame = session.discarded ?? session.outlet!.claim();
    const start = now();
    if (received === null && run.rate === 0) recorder.scheduled[sequence] = start;
    trace.start[sequence] = start;
    try {
      this.#executor.run(sequence, received?.samples ?? null, frame.samples);
    } finally {
      received?.release();
    }
    trace.computeCpu[sequence] = this.#pace.settleCompute();
    trace.end[sequence] = now();
    recorder.completed++;
    if (sequence < run.digests) recorder.digests[sequence] = digestOf(frame);
    if (received !== null) this.#collector.passed(received.samples.byteLength);
    if (session.outlet !== null) {
      if (session.outlet.compress(frame, sequence)) trace.compressCpu[sequence] = this.#pace.settleCompress();
      this.#pace.sent();
      session.outlet.offer(frame, sequence);
    } else {
      this.#upstream?.acknowledge(sequence + 1);
      if (this.#upstream === null && sequence + 1 === run.frames) this.#settle();
    }
    this.#checkDrained();
    this.#wake();
  }

  #checkDrained(): void {
    if (this.#draining === null) return;
    const session = this.#session;
    if (
      session === null ||
      session.failure !== null ||
      (session.inbox.length === 0 && (session.outlet?.empty ?? true))
    ) {
      session?.outlet?.detach(status.UNAVAILABLE, `${this.#config.name} drained`);
      this.#draining();
    }
  }
}
