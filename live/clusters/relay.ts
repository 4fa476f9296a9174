/**
 * The program that stands for a link: a TCP relay that paces the bytes of all connections to the link's bandwidth, each
 * direction by itself, and delays them. Told by EDGETWIN_RELAY (JSON, see RelayConfig).
 */
import { connect, createServer, type Socket } from "node:net";
import { Fifo } from "../../sim/engine/queue.ts";
import { now, sleepUntil } from "../stage/clock.ts";

export interface RelayConfig {
  readonly name: string;
  /** Bytes per second in each direction; `null`: not limited. */
  readonly bandwidth: number | null;
  /** One-way delay, seconds. */
  readonly delay: number;
  readonly routes: readonly { readonly listen: number; readonly target: number }[];
}

const LOOPBACK = "127.0.0.1";
/** Node's timers are good to a millisecond; what is left is slept. */
const TIMER_SLACK = 1.2e-3;
/** Bytes that may wait in the relay for the wire before it stops reading: what a switch would buffer. */
const QUEUE_BYTES = 256 * 1024;

interface Piece {
  readonly bytes: Buffer;
  readonly from: Socket;
  readonly to: Socket;
  /** When its last byte comes out of the link. */
  readonly due: number;
}

/** One direction of the link: a wire that carries one piece after the other, then a delay. */
class Direction {
  readonly #bandwidth: number;
  readonly #delay: number;
  readonly #limit: number;
  readonly #pieces = new Fifo<Piece>();
  readonly #paused = new Set<Socket>();
  #bytes = 0;
  #wireFree = 0;
  #armed = false;

  constructor(bandwidth: number | null, delay: number) {
    this.#bandwidth = bandwidth ?? Number.POSITIVE_INFINITY;
    this.#delay = delay;
    // A pipe that is full holds bandwidth times delay besides what waits for it.
    this.#limit = QUEUE_BYTES + (bandwidth ?? 2 ** 30) * delay;
  }

  connect(from: Socket, to: Socket): void {
    from.on("data", (bytes: Buffer) => this.#push(bytes, from, to));
    from.on("end", () => this.#push(Buffer.alloc(0), from, to));
  }

  #push(bytes: Buffer, from: Socket, to: Socket): void {
    this.#wireFree = Math.max(this.#wireFree, now()) + bytes.length / this.#bandwidth;
    this.#pieces.push({ bytes, from, to, due: this.#wireFree + this.#delay });
    this.#bytes += bytes.length;
    if (this.#bytes > this.#limit) {
      from.pause();
      this.#paused.add(from);
    }
    this.#arm();
  }

  #arm(): void {
    const piece = this.#pieces.peek();
    if (this.#armed || piece === undefined) return;
    this.#armed = true;
    const wait = piece.due - now() - TIMER_SLACK;
    if (wait >= 1e-3) setTimeout(this.#deliver, Math.floor(wait * 1e3));
    else setImmediate(this.#deliver);
  }

  readonly #deliver = (): void => {
    this.#armed = false;
    const first = this.#pieces.peek();
    if (first === undefined || first.due - now() > TIMER_SLACK) {
      this.#arm();
      return;
    }
    sleepUntil(first.due);
    const time = now();
    for (let piece = this.#pieces.peek(); piece !== undefined && piece.due <= time; piece = this.#pieces.peek()) {
      this.#pieces.shift();
      this.#bytes -= piece.bytes.length;
      if (piece.to.destroyed) continue;
      if (piece.bytes.length > 0) piece.to.write(piece.bytes);
      else piece.to.end();
    }
    if (this.#bytes <= this.#limit / 2) {
      for (const socket of this.#paused) socket.resume();
      this.#paused.clear();
    }
    this.#arm();
  };
}

async function main(): Promise<void> {
  const config = JSON.parse(process.env.EDGETWIN_RELAY ?? "null") as RelayConfig | null;
  if (config === null) throw new Error("EDGETWIN_RELAY is not set: the relay's configuration as JSON");
  const up = new Direction(config.bandwidth, config.delay);
  const down = new Direction(config.bandwidth, config.delay);
  for (const { listen, target } of config.routes) {
    const server = createServer({ noDelay: true }, (client) => {
      const upstream = connect({ port: target, host: LOOPBACK, noDelay: true });
      up.connect(client, upstream);
      down.connect(upstream, client);
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        one.on("error", () => other.destroy());
        one.on("close", () => {
          if (!other.writableEnded) setTimeout(() => other.destroy(), config.delay * 1e3);
        });
      }
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) => {
        const why = error.code === "EADDRINUSE" ? "the port is in use by another program" : error.message;
        reject(new Error(`link ${config.name}: can't listen on ${LOOPBACK}:${listen}: ${why}`));
      });
      server.listen(listen, LOOPBACK, resolve);
    });
  }
  process.on("SIGTERM", () => process.exit(0));
  process.on("disconnect", () => process.exit(1));
  if (process.send !== undefined && !process.connected) process.exit(1);
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: (user + system) * 1e-6 });
  });
  process.channel?.unref();
  process.send?.({ ready: 0 });
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
