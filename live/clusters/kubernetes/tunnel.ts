import { request } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { Running } from "../../exec.ts";
import { GATEWAY_PORT } from "./gateway.ts";
import type { Kubectl } from "./kubectl.ts";

const HOST = "127.0.0.1";
/** A port is forwarded anew so many times in a row before its gateway is given up. */
const MOST_TRIES = 20;
const FIRST_PAUSE = 0.1;
const LONGEST_PAUSE = 5;
/** One that has lasted so long, seconds, was in order. */
const IN_ORDER = 10;

/**
 * Ways from this machine to the pods of a line: for each pod a port here, whose connections go through one `kubectl port-forward` and
 * the run's gateway to the pod's Service. What is cut off is for gRPC to dial again.
 */
export class Tunnel {
  readonly #kubectl: Kubectl;
  readonly #gateway: string;
  readonly #onBroken: (reason: string) => void;
  readonly #servers = new Map<string, Server>();
  readonly #sockets = new Set<Socket>();
  readonly #addresses = new Map<string, string>();
  #forward: Running | null = null;
  /** Where the gateway is reached here; `null` while it is not. */
  #port: number | null = null;
  #closed = false;

  constructor(kubectl: Kubectl, gateway: string, onBroken: (reason: string) => void) {
    this.#kubectl = kubectl;
    this.#gateway = gateway;
    this.#onBroken = onBroken;
  }

  /** Forwards a port to the gateway from now on; what is dialled before it stands is dialled again. */
  open(): void {
    void this.#keepForwarding();
  }

  /** Opens a port for each target. @param targets `Service:port` by the pod's name. */
  async add(targets: ReadonlyMap<string, string>): Promise<void> {
    await Promise.all(Array.from(targets, ([pod, target]) => this.#listen(pod, target)));
  }

  /** Closes a pod's port. */
  remove(pod: string): void {
    this.#servers.get(pod)?.close();
    this.#servers.delete(pod);
    this.#addresses.delete(pod);
  }

  /** `host:port` here. */
  address(pod: string): string {
    const address = this.#addresses.get(pod);
    if (address === undefined) throw new Error(`no pod ${pod}; there are: ${[...this.#addresses.keys()].join(", ")}`);
    return address;
  }

  close(): void {
    this.#closed = true;
    this.#forward?.stop();
    for (const server of this.#servers.values()) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #keepForwarding(): Promise<void> {
    let pause = FIRST_PAUSE;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const begin = performance.now();
      const words = ["port-forward", "--address", HOST, `deployment/${this.#gateway}`, `:${GATEWAY_PORT}`];
      this.#forward = this.#kubectl.start(words, (line) => {
        const [, port] = /^Forwarding from \S+:(\d+) ->/.exec(line) ?? [];
        if (port !== undefined) this.#port = Number(port);
      });
      const why = await this.#forward.ended;
      this.#port = null;
      if (this.#closed) return;
      if (performance.now() - begin > IN_ORDER * 1e3) [tries, pause] = [0, FIRST_PAUSE];
      if (tries === MOST_TRIES - 1) return this.#onBroken(`the gateway is out of reach: kubectl port-forward: ${why}`);
      await wait(pause * 1e3);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
      if (this.#closed) return;
    }
  }

  async #listen(pod: string, target: string): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.#connect(socket, target));
    this.#servers.set(pod, server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, HOST, resolve);
    });
    server.unref();
    this.#addresses.set(pod, `${HOST}:${(server.address() as { port: number }).port}`);
  }

  #connect(socket: Socket, target: string): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    const forward = this.#forward;
    if (this.#port === null) {
      socket.destroy();
      return;
    }
    const asking = request({ host: HOST, port: this.#port, method: "CONNECT", path: target, agent: false });
    asking.once("connect", ({ statusCode }, through: Socket, first: Buffer) => {
      if (statusCode !== 200 || socket.destroyed) {
        through.destroy();
        socket.destroy();
        return;
      }
      through.setNoDelay(true);
      // A pod that speaks first may have done so together with the gateway's answer.
      through.unshift(first);
      // What either end has sent before it closes still arrives.
      pipeline(through, socket, () => {});
      pipeline(socket, through, () => {});
    });
    asking.on("error", () => {
      // No answer at all: kubectl goes on forwarding to a gateway that is gone.
      if (!socket.destroyed && this.#forward === forward) forward?.stop();
      socket.destroy();
    });
    socket.once("close", () => asking.destroy());
    asking.end();
  }
}
