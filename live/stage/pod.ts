import { status } from "@grpc/grpc-js";
import { describeShape, type FrameShape, sameShape } from "../../sim/frame.ts";
import type { EmulatedPace } from "../../sim/plan.ts";
import { now } from "./clock.ts";
import { Computing } from "./computing.ts";
import type { PodConfig } from "./config.ts";
import type { Crew } from "./crew.ts";
import type { Executor } from "./executor.ts";
import { Feed } from "./feed.ts";
import { Coding, newFrame, type ReceivedFrame, type SentFrame } from "./frame-codec.ts";
import { type HopCall, Outlet } from "./outlet.ts";
import { Pace } from "./pace.ts";
import { Recorder } from "./recorder.ts";
import { readIdentity } from "./security.ts";
import { Session } from "./session.ts";
import { Upstream, type UpstreamEvents } from "./upstream.ts";
import { Delivery, type Open, Overflow, type Run } from "./wire.ts";

/** Traces of so many runs are kept for the driver to fetch. */
const KEPT_RUNS = 4;

/**
 * Takes frames from upstream (or makes them), has them computed, hands them to the outlet. One thread does everything, a frame at
 * a time, and goes back to the event loop in between, the FIFO single server of the model; or it handles messages, and workers
 * compute.
 */
export class Pod {
  readonly #config: PodConfig;
  readonly #computing: Computing;
  readonly #pace = new Pace();
  readonly #events: UpstreamEvents;
  readonly #upstream: Upstream | null;
  /** Where frames come from: upstream, or what stands for it. */
  #inlet: Upstream | Feed | null;
  readonly recorders = new Map<string, Recorder>();
  /** Frames that this source made and did not send, of all runs. */
  dropped = 0;
  #session: Session | null = null;
  #scheduled = false;
  #draining: (() => void) | null = null;

  /** @param crew computes the frames; `null`: this thread does. @param log is told when the pod upstream can't be reached. */
  constructor(config: PodConfig, executor: Executor, crew: Crew | null, log: (line: string) => void = () => {}) {
    this.#config = config;
    this.#computing = new Computing(executor, crew, this.#pace, {
      computed: (session, sequence, frame) => this.#computed(session, sequence, frame),
      failed: (sequence, reason) =>
        this.#fail(status.FAILED_PRECONDITION, `${config.name}: frame ${sequence}: ${reason}`),
      wake: () => this.#wake(),
    });
    const { name, upstream, tls } = config;
    this.#events = {
      frame: (frame) => this.#take(frame),
      finished: () => this.#settle(),
      failed: (code, details) => this.#fail(code, `${name}: upstream: ${details}`),
      unreachable: (reason) => log(`pod ${name}: upstream can't be reached: ${reason}`),
    };
    const identity = readIdentity(tls);
    const security = identity === null || tls === null ? null : { identity, peer: tls.upstream };
    this.#upstream = upstream === null ? null : new Upstream(upstream, { ...config, security }, this.#events);
    this.#inlet = this.#upstream;
  }

  /** A downstream pod, or the driver, opens the stream of a run. */
  open(open: Open, call: HopCall): void {
    const { run, next, delivery } = open;
    const session = this.#session;
    const known = session?.run.id === run.id && session.failure === null;
    const goesOn = known && session.delivery === delivery && next >= this.#base(session);
    if (this.#draining !== null && !goesOn) {
      call.emit("error", { code: status.UNAVAILABLE, details: `${this.#config.name} is draining` });
      return;
    }
    if (!goesOn) this.#begin(open);
    this.#session!.coding = open.coding ?? Coding.IDENTITY;
    this.#attach(call, next);
  }

  /** @param call whose stream another one has not taken the place of: else it has no say. */
  acknowledge(next: number, call: HopCall): void {
    const session = this.#session;
    if (session === null || session.call !== call) return;
    session.outlet?.acknowledge(next);
    // Also what this pod never had, or no longer has: after a restart, upstream may wait for just that.
    if (next > session.acknowledged) {
      session.acknowledged = next;
      this.#inlet?.acknowledge(next);
    }
    this.#checkDrained();
    this.#wake();
  }

  /** Downstream can't take a frame: the run is over, for everybody downstream of it and for this pod. */
  refuse(sequence: number, reason: string, call: HopCall): void {
    if (this.#session?.call !== call) return;
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
    this.#inlet?.close();
    return new Promise((resolve) => {
      this.#draining = resolve;
      this.#checkDrained();
    });
  }

  /** The same for other pods that take this one's place in a run. @returns the first frame that they are to take; `null`: the run is not known. */
  handOver(run: string): number | null {
    const session = this.#session;
    if (session?.run.id !== run || session.failure !== null) return null;
    const next = this.#inlet?.next ?? session.next;
    if (this.#draining === null) void this.drain();
    return next;
  }

  dispose(): void {
    this.#upstream?.dispose();
  }

  /** First frame that this pod still has, or has yet to have; whoever only waits for the end wants none. */
  #base({ outlet, delivery, finished }: Session): number {
    if (delivery === Delivery.HERE) return 0;
    return outlet?.base ?? finished;
  }

  #begin({ run, next, delivery }: Open): void {
    this.#session?.outlet?.detach(status.ABORTED, "another run has begun");
    this.#session?.release();
    const { name, node, workers } = this.#config;
    const recorder = this.recorders.get(run.id) ?? new Recorder(run, name, node, workers);
    this.recorders.delete(run.id);
    this.recorders.set(run.id, recorder);
    for (const old of [...this.recorders.keys()].slice(0, -KEPT_RUNS)) this.recorders.delete(old);
    const session = new Session(run, next, delivery, recorder);
    this.#session = session;
    if (this.#inlet !== this.#upstream) this.#inlet?.close();
    this.#inlet = this.#upstream;
    try {
      if (this.#upstream === null) {
        this.#prepare(session, null);
        // A source that resumes goes on at its rate from here, unless it is told its schedule; what it missed is not made up for in a burst.
        if (run.rate > 0) session.origin = run.origin ? run.origin : now() + 2e-3 - next / run.rate;
      } else if (run.feed?.pod === name) {
        this.#upstream.close();
        this.#upstream.dial();
        const feed = new Feed(run, run.feed, this.#events);
        this.#inlet = feed;
        feed.open(next);
      } else this.#upstream.open(run, next);
    } catch (error) {
      this.#fail(status.FAILED_PRECONDITION, `${this.#config.name}: ${(error as Error).message}`);
    }
  }

  #attach(call: HopCall, next: number): void {
    const session = this.#session!;
    session.call = call;
    if (session.failure !== null) call.emit("error", session.failure);
    else if (session.delivery === Delivery.HERE && session.settled && session.finished >= session.run.frames)
      call.end();
    else session.outlet?.attach(call, next, session.coding);
    this.#wake();
  }

  #prepare(session: Session, input: FrameShape | null): void {
    const { run, delivery } = session;
    const output = this.#computing.prepare(session, input, this.#paceOf(run));
    if (delivery === Delivery.HERE) {
      if (this.#config.workers === 0) session.discarded = newFrame(output);
      return;
    }
    const { recorder } = session;
    const { trace } = recorder;
    const { window, frames } = run;
    // Only a source can do without a frame; what is upstream of the others has no more in the window than they have room for.
    const buffer = input === null && run.overflow === Overflow.DROP_OLDEST ? (run.buffer ?? 0) : null;
    const { servers } = this.#computing;
    const options = { shape: output, window, first: session.next, frames, servers, buffer };
    session.outlet = new Outlet(options, {
      sent: (sequence, bytes) => {
        trace.sent[recorder.at(sequence)] = now();
        trace.sentBytes[recorder.at(sequence)] = bytes;
      },
      // By the next turn of the event loop HTTP/2 has written what it can.
      written: () => setImmediate(this.#endOfSend),
      acknowledged: (first, next) => {
        recorder.acknowledged(first, next, now());
        this.#pace.lap("send");
      },
      dropped: (sequence) => {
        this.dropped++;
        // A stream that is gone may have been sent it.
        trace.sent[recorder.at(sequence)] = Number.NaN;
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
    const { recorder } = session;
    try {
      if (session.input === null) this.#prepare(session, frame.shape);
      else if (!sameShape(session.input, frame.shape)) {
        throw new RangeError(
          `frame ${frame.sequence} is ${describeShape(frame.shape)}, those before it ${describeShape(session.input)}`,
        );
      }
    } catch (error) {
      frame.release();
      this.#inlet?.refuse(frame.sequence, `${this.#config.name}: ${(error as Error).message}`);
      return;
    }
    const at = recorder.begin(frame.sequence);
    recorder.trace.arrived[at] = frame.arrived;
    recorder.trace.decoded[at] = now();
    recorder.trace.decompressCpu[at] = frame.decompressCpu;
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
    if (session.delivery === Delivery.HERE && session.finished >= session.run.frames) session.call?.end();
  }

  #fail(code: number, details: string): void {
    const session = this.#session;
    if (session === null || session.failure !== null) return;
    session.failure = { code, details };
    this.#inlet?.close();
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
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    // What upstream waits for leaves before the thread is busy for a frame's time.
    if (this.#inlet?.flush()) {
      this.#wake();
      return;
    }
    const draining = this.#upstream === null && this.#draining !== null;
    this.#computing.turn(this.#session, this.#upstream === null, draining);
  };

  #computed(session: Session, sequence: number, frame: SentFrame | null): void {
    if (session.outlet !== null) session.outlet.offer(frame!, sequence);
    else {
      this.#inlet?.acknowledge(sequence + 1);
      if (this.#upstream === null && sequence + 1 === session.run.frames) this.#settle();
    }
    this.#checkDrained();
    this.#wake();
  }

  #checkDrained(): void {
    if (this.#draining === null) return;
    const session = this.#session;
    if (session === null || session.failure !== null || session.empty) {
      session?.outlet?.detach(status.UNAVAILABLE, `${this.#config.name} drained`);
      this.#draining();
    }
  }
}
