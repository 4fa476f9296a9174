import { status } from "@grpc/grpc-js";
import type { FrameShape } from "../../sim/frame.ts";
import type { Plan } from "../../sim/plan.ts";
import type { Deployment, PodSpec } from "../clusters/cluster.ts";
import { RunError } from "../driver.ts";
import { clockOffset } from "../measure/clock-offset.ts";
import { PodClient } from "../measure/pod-client.ts";
import { ELEMENT_CODE, type ReceivedFrame } from "../stage/frame-codec.ts";
import { Upstream } from "../stage/upstream.ts";
import type { Run } from "../stage/wire.ts";

const FLOW_CONTROL_WINDOW = 16 * 1024 * 1024;
/** So many frames compile a pod's code, if they come within so many seconds. */
export const WARMUP = { frames: 400, seconds: 2 };

/** Who takes a line's frames. */
export interface Taker {
  frame(frame: ReceivedFrame): void;
  /** Every frame of the run is acknowledged. */
  finished(): void;
  failed(error: RunError): void;
}

let count = 0;

/** A placement as it is deployed, and the stream at its end. */
export class Line {
  readonly plan: Plan;
  /** As they are deployed, with names of their own, in the order of the plan's. */
  readonly pods: readonly PodSpec[];
  readonly clients: readonly PodClient[];
  readonly #sink: Upstream;
  #taker: Taker | null = null;
  #clock: Promise<number> | null = null;

  constructor(plan: Plan, pods: readonly PodSpec[], deployment: Deployment) {
    this.plan = plan;
    this.pods = pods;
    const { identity } = deployment;
    this.clients = pods.map(({ name }) => new PodClient(name, deployment.address(name), identity));
    const last = pods.at(-1)!.name;
    const address = deployment.address(last);
    this.#sink = new Upstream(
      address,
      { flowControlWindow: FLOW_CONTROL_WINDOW, security: identity === null ? null : { identity, peer: last } },
      {
        frame: (frame) => (this.#taker === null ? frame.release() : this.#taker.frame(frame)),
        finished: () => this.#taker?.finished(),
        // It is tried again; whoever waits for frames tells how long for.
        unreachable: () => {},
        failed: (code, reason) => this.#taker?.failed(new RunError(`${plan.split}: ${status[code]}: ${reason}`)),
      },
    );
  }

  /** Seconds to add to the source's clock to get this process's. */
  sourceClock(): Promise<number> {
    this.#clock ??= clockOffset(this.clients[0]!).then(({ seconds }) => seconds);
    return this.#clock;
  }

  /** Begins to take a run's frames, from `next` on. */
  open(run: Run, next: number, taker: Taker): void {
    this.#taker = taker;
    this.#sink.open(run, next);
  }

  acknowledge(next: number): void {
    this.#sink.acknowledge(next);
  }

  /** Takes no more. */
  close(): void {
    this.#taker = null;
    this.#sink.close();
  }

  /** The connections, too. */
  dispose(): void {
    this.#taker = null;
    this.#sink.dispose();
    for (const client of this.clients) client.close();
  }

  /**
   * Compiles the code of pods from index `first` on, and has them connected to each other, with frames of zeros as pod `first` takes
   * them: pods before it go on with what they do. @throws RunError if one of them can't take such frames.
   */
  async warmUp(first: number, { height, width, channels, element }: FrameShape, window: number): Promise<void> {
    const feed = { pod: this.pods[first]!.name, height, width, channels, element: ELEMENT_CODE[element] };
    const { frames, seconds } = WARMUP;
    // No pod is held to an emulated node's pace at this size: there is none.
    const run: Run = { id: `warm-up ${count++}`, frames, rate: 0, height: 0, width: 0, window, digests: 0, feed };
    let late: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      late = setTimeout(resolve, seconds * 1e3);
      this.open(run, 0, {
        frame: (frame) => {
          frame.release();
          this.acknowledge(frame.sequence + 1);
        },
        finished: resolve,
        failed: reject,
      });
    }).finally(() => {
      clearTimeout(late);
      this.close();
    });
  }
}
