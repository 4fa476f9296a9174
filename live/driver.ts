import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import type { FrameSize } from "../sim/topology/catalogue.ts";
import { type ClockOffset, emptyPodTrace, type Happened, type PodTrace, type Trace } from "../sim/trace.ts";
import type { Deployment, PodSpec } from "./clusters/cluster.ts";
import { KeptRecords } from "./kept-records.ts";
import { clockOffset } from "./measure/clock-offset.ts";
import { type FetchedTrace, PodClient, UnknownRunError } from "./measure/pod-client.ts";
import type { ReceivedFrame } from "./stage/frame-codec.ts";
import { Upstream } from "./stage/upstream.ts";
import { Delivery, Overflow, type Run, type UsageReply } from "./stage/wire.ts";
import { warmUp } from "./warm-up.ts";

/** A run did not come to its end. */
export class RunError extends Error {
  override readonly name = "RunError";
}

/** What one run of a deployed pipeline gave. */
export interface RunResult {
  readonly trace: Trace;
  /** SHA-256 of the first frames as they left the pipeline. */
  readonly digests: readonly string[];
  /** Frames that the source made and dropped, unsent. */
  readonly dropped: number;
  /** Whose trace lacks what; none unless the run was told that pods may be started afresh. */
  readonly unrecorded: readonly Unrecorded[];
}

/** Frames from `first` up to, not including, `next` passed a pod that has no record of them: it was started afresh since. */
export interface Unrecorded {
  readonly pod: string;
  readonly first: number;
  readonly next: number;
}

export interface RunOptions {
  /** The driver takes the frames itself, each of which is gone when this returns; without it the last pod delivers them. */
  readonly onFrame?: (frame: ReceivedFrame) => void;
  /** Seconds after which the run is given up. */
  readonly timeout: number;
  /** Pods may be started afresh meanwhile, and lose their records; left out: a run with such a gap fails. */
  readonly restarts?: boolean;
  /** What is done to the line meanwhile; when the run has ended it is waited for. Pods may be started afresh by it. @returns what was done. */
  readonly meanwhile?: (run: UnderWay) => Promise<readonly Happened[]>;
  readonly signal?: AbortSignal;
}

/** A run whose frames are streaming. */
export interface UnderWay {
  /** When its first frame was due, by the driver's clock, seconds. */
  readonly begin: number;
  /** Aborted when it has ended. */
  readonly ended: AbortSignal;
  /** To be awaited before a pod is killed, whose record of the run goes with it: it is kept, up to now. */
  readonly keep: (pod: string) => Promise<void>;
}

/** Seconds: its first frames tell no more than that they come. */
const WARMUP_TIMEOUT = 120;
/** The source is asked so often whether a run has begun. */
const POLL_MILLISECONDS = 20;
/** Makes run ids unique: several drivers may share a pod. */
let count = 0;

const FLOW_CONTROL_WINDOW = 16 * 1024 * 1024;

/** What the driver is to know of a pod. */
export type DrivenPod = Pick<PodSpec, "name" | "node" | "workers">;

/** Drives a deployed line of pods: starts runs at its last pod, and fetches every pod's trace. */
export class Driver {
  readonly #deployment: Deployment;
  readonly #pods: readonly DrivenPod[];
  readonly #clients: readonly PodClient[];
  readonly #last: string;
  #clocks: ClockOffset[] | null = null;

  /** @param pods of the line, source first. */
  constructor(deployment: Deployment, pods: readonly DrivenPod[]) {
    this.#deployment = deployment;
    this.#pods = pods;
    this.#clients = pods.map(({ name }) => new PodClient(name, deployment.address(name), deployment.identity));
    this.#last = pods.at(-1)!.name;
  }

  /**
   * Streams the frames of a run through the pipeline.
   * @param plan the plan's id, for the trace; @param run without its id, which the driver gives.
   * @throws RunError that says which pod ended, refused, or did not answer in time.
   */
  async run(
    plan: string,
    repeat: number,
    warmup: number,
    run: Omit<Run, "id">,
    options: RunOptions,
  ): Promise<RunResult> {
    const id = `${plan}#${repeat}.${count++}`;
    const records = new KeptRecords();
    const happened = await this.#streamMeanwhile({ id, ...run }, options, records);
    const result = await this.#collect(plan, repeat, warmup, { id, ...run }, records);
    if (happened !== null) return { ...result, trace: { ...result.trace, happened } };
    const [gap] = result.unrecorded;
    if (gap === undefined || options.restarts) return result;
    throw new RunError(
      `run ${id}: pod ${gap.pod} has no record of frames ${gap.first} to ${gap.next - 1}: was it restarted?`,
    );
  }

  /** @returns what was done meanwhile; `null` if nothing was asked for. */
  async #streamMeanwhile(run: Run, options: RunOptions, records: KeptRecords): Promise<readonly Happened[] | null> {
    const { meanwhile, signal, ...others } = options;
    if (meanwhile === undefined) {
      await this.stream(run, options);
      return null;
    }
    // A pod may come back on another machine, whose clock is another.
    this.#clocks ??= await this.#readClocks();
    const [source] = this.#clocks;
    const [ended, failed] = [new AbortController(), new AbortController()];
    const keep = async (name: string) => {
      const i = this.#pods.findIndex((pod) => pod.name === name);
      // One that does not answer has nothing to tell.
      const record = await this.#clients[i]!.trace(run.id, this.#pods[i]!, run.frames).catch(() => null);
      if (record !== null) records.keep(i, record);
    };
    const done = this.#firstDue(run.id, ended.signal).then((due) =>
      due === null ? [] : meanwhile({ begin: due + source!.seconds, ended: ended.signal, keep }),
    );
    done.catch((error) => failed.abort(error));
    const signals = [failed.signal, ...(signal === undefined ? [] : [signal])];
    try {
      await this.stream(run, { ...others, signal: AbortSignal.any(signals) });
    } finally {
      ended.abort();
      await done.catch(() => {});
    }
    return done;
  }

  /** When the source's first frame was due, by its clock; `null` if the run ended before that is known. */
  async #firstDue(run: string, ended: AbortSignal): Promise<number | null> {
    while (!ended.aborted) {
      const record = await this.#clients[0]!.trace(run, this.#pods[0]!, 1).catch((error: Error) => {
        if (error instanceof UnknownRunError) return null;
        throw error;
      });
      const due = record?.scheduled[0] ?? Number.NaN;
      if (!Number.isNaN(due)) return due;
      await sleep(POLL_MILLISECONDS);
    }
    return null;
  }

  #readClocks(): Promise<ClockOffset[]> {
    return Promise.all(this.#clients.map(clockOffset));
  }

  /** Streams frames until the pods' code is compiled. @param patience seconds, as {@link warmUp} has it. */
  async warmUp(largest: FrameSize, patience: number, signal?: AbortSignal): Promise<void> {
    await warmUp(
      {
        stream: (frames) => {
          const run = { id: `warm-up ${count++}`, rate: 0, window: 8, digests: 0, ...frames };
          return this.stream(run, { timeout: WARMUP_TIMEOUT, ...(signal === undefined ? {} : { signal }) });
        },
        usage: () => this.#usage(),
      },
      largest,
      patience,
    );
  }

  /** Of all pods together. */
  async #usage(): Promise<UsageReply> {
    const all = await Promise.all(this.#clients.map((client) => client.usage()));
    const sum = (of: (usage: UsageReply) => number) => all.reduce((total, usage) => total + of(usage), 0);
    return { threadCpu: sum(({ threadCpu }) => threadCpu), compilerCpu: sum(({ compilerCpu }) => compilerCpu) };
  }

  /** Runs to the end without collecting anything. */
  async stream(run: Run, options: RunOptions): Promise<void> {
    const { onFrame, timeout, signal } = options;
    const { identity } = this.#deployment;
    let settle: (failure: Error | null) => void = () => {};
    const done = new Promise<void>((resolve, reject) => {
      settle = (failure) => (failure === null ? resolve() : reject(failure));
    });
    const sink = new Upstream(
      this.#deployment.address(this.#last),
      { flowControlWindow: FLOW_CONTROL_WINDOW, security: identity === null ? null : { identity, peer: this.#last } },
      {
        frame: (frame) => {
          try {
            onFrame?.(frame);
            frame.release();
            sink.acknowledge(frame.sequence + 1);
          } catch (error) {
            settle(error as Error);
          }
        },
        finished: () => settle(null),
        failed: (code, reason) => settle(new RunError(`run ${run.id}: ${status[code]}: ${reason}`)),
        unreachable: () => {},
      },
    );
    const late = setTimeout(() => {
      const why = sink.trouble === null ? "" : `; pod ${this.#last} can't be reached: ${sink.trouble}`;
      settle(new RunError(`run ${run.id}: not finished after ${timeout.toFixed(0)} s${why}`));
    }, timeout * 1e3);
    const abort = () => settle(signal?.reason instanceof Error ? signal.reason : new RunError("interrupted"));
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
    void this.#deployment.broken.then((reason) => settle(new RunError(`run ${run.id}: ${reason}`)));
    try {
      sink.open(run, 0, onFrame === undefined ? Delivery.HERE : Delivery.FRAMES);
      await done;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener("abort", abort);
      sink.dispose();
    }
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  async #collect(plan: string, repeat: number, warmup: number, run: Run, records: KeptRecords): Promise<RunResult> {
    const { id, frames } = run;
    const found = await Promise.all(
      this.#clients.map((client, i) =>
        client.trace(id, this.#pods[i]!, frames).catch((error: Error) => {
          if (error instanceof UnknownRunError) return nothing(this.#pods[i]!, frames);
          throw error;
        }),
      ),
    );
    const drops = run.overflow === Overflow.DROP_OLDEST;
    const gaps = (all: readonly FetchedTrace[]) => {
      // A pod with nobody to send to drops nothing.
      const dropped = drops && all.length > 1 ? droppedBy(all[0]!.trace) : new Set<number>();
      const unrecorded = all.flatMap(({ trace }, i) => gapsOf(trace, i === 0 ? new Set() : dropped));
      return { dropped: dropped.size, unrecorded };
    };
    const before = this.#clocks;
    // A pod that was started afresh may be on another machine, whose clock is another.
    if (gaps(found).unrecorded.length > 0) this.#clocks = null;
    this.#clocks ??= await this.#readClocks();
    const clocks = this.#clocks;
    const fetched = found.map((one, i) =>
      records.mended(i, one, before === null ? 0 : before[i]!.seconds - clocks[i]!.seconds),
    );
    const pods: PodTrace[] = fetched.map(({ trace }, i) => ({ ...trace, clock: clocks[i]! }));
    const { scheduled } = fetched[0]!;
    const trace: Trace = { plan, origin: "live", repeat, frames, warmup, scheduled, pods, ...(drops && { drops }) };
    return { trace, digests: fetched.at(-1)!.digests, ...gaps(fetched) };
  }
}

/** What a pod tells of a run that it does not know. */
function nothing({ name, node, workers = 0 }: DrivenPod, frames: number): FetchedTrace {
  const scheduled = new Float64Array(frames).fill(Number.NaN);
  return { trace: emptyPodTrace(name, node, frames, { workers }), scheduled, digests: [] };
}

/** Frames that a source made and did not send. */
function droppedBy({ end, sent }: PodTrace): Set<number> {
  return new Set([...end.keys()].filter((n) => !Number.isNaN(end[n]!) && Number.isNaN(sent[n]!)));
}

/** Every frame of a run that ended was computed by every pod, but for what was dropped. */
function gapsOf({ pod, end }: PodTrace, dropped: ReadonlySet<number>): Unrecorded[] {
  const gaps: { pod: string; first: number; next: number }[] = [];
  end.forEach((time, n) => {
    if (!Number.isNaN(time) || dropped.has(n)) return;
    const last = gaps.at(-1);
    if (last?.next === n) last.next++;
    else gaps.push({ pod, first: n, next: n + 1 });
  });
  return gaps;
}
