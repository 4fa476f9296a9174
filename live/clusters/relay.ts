/**
 * The program that stands for a link: a TCP relay that paces the bytes of all connections to the link's bandwidth, each
 * direction by itself, and delays them. Told by EDGETWIN_RELAY (JSON, see RelayConfig), and by messages while it runs.
 */
import { connect, createServer, type Socket } from "node:net";
import { Fifo } from "../../sim/engine/queue.ts";
import { now, sleepUntil } from "../stage/clock.ts";

/** What a link is like; what is left out stays as it is. */
export interface LinkShape {
  /** Bytes per second in each direction; `null`: not limited. */
  readonly bandwidth?: number | null;
  /** One-way delay, seconds. */
  readonly delay?: number;
  /** Nothing comes through, and nobody is told: connections stay, their bytes wait. */
  readonly cut?: boolean;
}

export interface Route {
  /** Port that the relay listens on, and port that it connects to. */
  readonly listen: number;
  readonly target: number;
}

export interface RelayConfig {
  readonly name: string;
  readonly bandwidth: number | null;
  readonly delay: number;
  readonly cut?: boolean;
  readonly routes: readonly Route[];
}

/** What a relay is asked over its channel, with a number that the answer repeats. */
export type RelayRequest = { readonly id: number } & (
  | { readonly ask: "cpu" }
  | { readonly ask: "shape"; readonly shape: LinkShape }
  | { readonly ask: "route"; readonly route: Route }
);

export interface RelayAnswer {
  readonly id: number;
  /** CPU seconds that the relay has used so far. */
  readonly cpu: number;
  /** Why it was not done. */
  readonly error?: string;
}

const LOOPBACK = "127.0.0.1";
/** Node's timers are good to a millisecond; what is left is slept. */
const TIMER_SLACK = 1.2e-3;
/** Bytes that may wait in the relay for the wire before it stops reading: what a switch would buffer. */
const QUEUE_BYTES = 256 * 1024;

/** Seconds of the wire that one piece takes at most: a frame that ends amid a piece is late by the rest of that. */
const PIECE_SECONDS = 1e-3;
/** Bytes: pieces are no shorter than a packet. */
const LEAST_PIECE = 1500;

interface Piece {
  readonly bytes: Buffer;
  readonly from: Socket;
  readonly to: Socket;
  /** When its last byte is on the wire. */
  wired: number;
}

/** One direction of the link: a wire that carries one piece after the other, then a delay. */
class Direction {
  #bandwidth: number;
  #delay: number;
  #cut = false;
  readonly #pieces = new Fifo<Piece>();
  readonly #paused = new Set<Socket>();
  #bytes = 0;
  #wireFree = 0;
  #armed = false;

  constructor({ bandwidth, delay }: RelayConfig) {
    this.#bandwidth = bandwidth ?? Number.POSITIVE_INFINITY;
    this.#delay = delay;
  }

  connect(from: Socket, to: Socket): void {
    from.on("data", (bytes: Buffer) => this.#push(bytes, from, to));
    from.on("end", () => this.#push(Buffer.alloc(0), from, to));
  }

  /** From now on, also for what waits for the wire. */
  shape({ bandwidth, delay, cut = this.#cut }: LinkShape): void {
    const time = now();
    const before = this.#bandwidth;
    if (bandwidth !== undefined) this.#bandwidth = bandwidth ?? Number.POSITIVE_INFINITY;
    if (delay !== undefined) this.#delay = delay;
    const waited = this.#cut;
    this.#cut = cut;
    // Of the piece that is being sent, some bytes are on the wire already; a link that was cut begins with its pieces anew.
    let free = time;
    let begun = time;
    for (let i = 0; i < this.#pieces.length; i++) {
      const piece = this.#pieces.at(i)!;
      if (!waited && piece.wired <= time) continue;
      const left = waited ? piece.bytes.length : Math.min(piece.bytes.length, (piece.wired - begun) * before);
      begun = piece.wired;
      free += (Number.isNaN(left) ? 0 : left) / this.#bandwidth;
      piece.wired = free;
    }
    this.#wireFree = free;
    this.#resume();
    this.#arm();
  }

  /** A pipe that is full holds bandwidth times delay besides what waits for it. */
  get #limit(): number {
    return QUEUE_BYTES + Math.min(this.#bandwidth, 2 ** 30) * this.#delay;
  }

  #push(bytes: Buffer, from: Socket, to: Socket): void {
    this.#wireFree = Math.max(this.#wireFree, now());
    const most = Math.max(LEAST_PIECE, Math.ceil(PIECE_SECONDS * this.#bandwidth));
    let at = 0;
    do {
      const piece = bytes.subarray(at, at + most);
      at += piece.length;
      this.#wireFree += piece.length / this.#bandwidth;
      this.#pieces.push({ bytes: piece, from, to, wired: this.#wireFree });
    } while (at < bytes.length);
    this.#bytes += bytes.length;
    if (this.#bytes > this.#limit) {
      from.pause();
      this.#paused.add(from);
    }
    this.#arm();
  }

  #arm(): void {
    const piece = this.#pieces.peek();
    if (this.#armed || this.#cut || piece === undefined) return;
    this.#armed = true;
    const wait = piece.wired + this.#delay - now() - TIMER_SLACK;
    // A link that gets faster is not to wait for what the slow one would have taken.
    if (wait >= 1e-3) setTimeout(this.#deliver, Math.min(50, Math.floor(wait * 1e3)));
    else setImmediate(this.#deliver);
  }

  readonly #deliver = (): void => {
    this.#armed = false;
    const first = this.#pieces.peek();
    if (first === undefined || this.#cut || first.wired + this.#delay - now() > TIMER_SLACK) {
      this.#arm();
      return;
    }
    sleepUntil(first.wired + this.#delay);
    const time = now() - this.#delay;
    for (let piece = this.#pieces.peek(); piece !== undefined && piece.wired <= time; piece = this.#pieces.peek()) {
      this.#pieces.shift();
      this.#bytes -= piece.bytes.length;
      if (piece.to.destroyed) continue;
      if (piece.bytes.length > 0) piece.to.write(piece.bytes);
      else piece.to.end();
    }
    this.#resume();
    this.#arm();
  };

  #resume(): void {
    if (this.#bytes > this.#limit / 2) return;
    for (const socket of this.#paused) socket.resume();
    this.#paused.clear();
  }
}

class Relay {
  readonly #name: string;
  readonly #up: Direction;
  readonly #down: Direction;
  #delay: number;
  #cut = false;
  /** What is to be done once the link is whole again: that a connection ended does not come through either. */
  readonly #waiting: (() => void)[] = [];

  constructor(config: RelayConfig) {
    this.#name = config.name;
    this.#up = new Direction(config);
    this.#down = new Direction(config);
    this.#delay = config.delay;
    this.shape(config);
  }

  shape(shape: LinkShape): void {
    this.#delay = shape.delay ?? this.#delay;
    this.#cut = shape.cut ?? this.#cut;
    this.#up.shape(shape);
    this.#down.shape(shape);
    if (!this.#cut) for (const action of this.#waiting.splice(0)) action();
  }

  /** Resolves when it listens. */
  add({ listen, target }: Route): Promise<void> {
    const server = createServer({ noDelay: true }, (client) => this.#relay(client, target));
    return new Promise<void>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) => {
        const why = error.code === "EADDRINUSE" ? "the port is in use by another program" : error.message;
        reject(new Error(`link ${this.#name}: can't listen on ${LOOPBACK}:${listen}: ${why}`));
      });
      server.listen(listen, LOOPBACK, resolve);
    });
  }

  #relay(client: Socket, target: number): void {
    const upstream = connect({ port: target, host: LOOPBACK, noDelay: true });
    this.#up.connect(client, upstream);
    this.#down.connect(upstream, client);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on("error", () => this.#whole(() => other.destroy()));
      one.on("close", () => {
        if (other.writableEnded) return;
        this.#whole(() => setTimeout(() => other.destroy(), this.#delay * 1e3));
      });
    }
  }

  #whole(action: () => void): void {
    if (this.#cut) this.#waiting.push(action);
    else action();
  }

  async answer(request: RelayRequest): Promise<RelayAnswer> {
    let error: string | undefined;
    try {
      if (request.ask === "shape") this.shape(request.shape);
      else if (request.ask === "route") await this.add(request.route);
    } catch (reason) {
      error = (reason as Error).message;
    }
    const { user, system } = process.cpuUsage();
    return { id: request.id, cpu: (user + system) * 1e-6, ...(error !== undefined && { error }) };
  }
}

async function main(): Promise<void> {
  const config = JSON.parse(process.env.EDGETWIN_RELAY ?? "null") as RelayConfig | null;
  if (config === null) throw new Error("EDGETWIN_RELAY is not set: the relay's configuration as JSON");
  const relay = new Relay(config);
  for (const route of config.routes) await relay.add(route);
  process.on("SIGTERM", () => process.exit(0));
  process.on("disconnect", () => process.exit(1));
  if (process.send !== undefined && !process.connected) process.exit(1);
  process.on("message", async (request: RelayRequest) => {
    const answer = await relay.answer(request);
    process.send?.(answer);
  });
  process.channel?.unref();
  process.send?.({ ready: 0 });
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
