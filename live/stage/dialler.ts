import { type ChannelOptions, Client, connectivityState, type ServiceError, status } from "@grpc/grpc-js";
import { type ChannelSecurity, channelCredentials, channelOptions } from "./security.ts";

/** An address that answers nothing is dialled afresh after this long: Linux takes two minutes to give up on a packet that is dropped. */
const CONNECT_SECONDS = 2;
const HEALTH_CHECK = "/grpc.health.v1.Health/Check";

/**
 * How either end finds out that the other has vanished without a word (a node died, a link was cut): it asks after 5 s, and waits
 * 15 s for the answer, since a pod with a large frame answers nothing while it computes. A link that is back by then has lost no
 * connection: TCP goes on.
 */
export const KEEPALIVE = {
  "grpc.keepalive_time_ms": 5_000,
  "grpc.keepalive_timeout_ms": 15_000,
  "grpc.keepalive_permit_without_calls": 1,
};

/** A peer could not be reached this time. */
export class DialError extends Error {
  override readonly name = "DialError";
}

/** Connects to one peer, afresh whenever a connection is lost or does not come about: a name may mean another address by then. */
export class Dialler {
  readonly #address: string;
  readonly #security: ChannelSecurity | null;
  readonly #options: ChannelOptions;
  #client: Client | null = null;
  #dialling: Promise<Client> | null = null;
  #closed = false;

  constructor(address: string, security: ChannelSecurity | null, options: ChannelOptions) {
    this.#address = address;
    this.#security = security;
    this.#options = {
      ...{ "grpc.initial_reconnect_backoff_ms": 50, "grpc.min_reconnect_backoff_ms": 50 },
      ...{ "grpc.max_reconnect_backoff_ms": 500, "grpc.use_local_subchannel_pool": 1, "grpc.enable_retries": 0 },
      // A proxy that the environment names is no way to a pod.
      "grpc.enable_http_proxy": 0,
      ...KEEPALIVE,
      ...channelOptions(security),
      ...options,
    };
  }

  /** @returns a client that is connected. @throws DialError, after 2 s, with the reason; the next call may fare better. */
  connected(): Promise<Client> {
    if (this.#closed) return Promise.reject(new Error(`${this.#address}: closed`));
    const client = this.#client;
    if (client !== null && isReady(client)) return Promise.resolve(client);
    this.#dialling ??= this.#dial().finally(() => {
      this.#dialling = null;
    });
    return this.#dialling;
  }

  /** Nothing is dialled any more. */
  close(): void {
    this.#closed = true;
    this.#client?.close();
  }

  async #dial(): Promise<Client> {
    this.#client?.close();
    const client = new Client(this.#address, channelCredentials(this.#security), this.#options);
    this.#client = client;
    const late = await new Promise<boolean>((resolve) => {
      client.waitForReady(Date.now() + CONNECT_SECONDS * 1e3, (error) => resolve(error !== undefined));
    });
    if (!late) return client;
    const reason = await reasonOf(client);
    throw new DialError(`${this.#address}: ${reason}`);
  }
}

function isReady(client: Client): boolean {
  return client.getChannel().getConnectivityState(false) === connectivityState.READY;
}

/** Why a channel is not connected, which only a call is told that does not wait for it. */
function reasonOf(client: Client): Promise<string> {
  const same = (bytes: Buffer) => bytes;
  return new Promise((resolve) => {
    const tell = (error: ServiceError | null) =>
      resolve(error?.code === status.UNAVAILABLE ? error.details : `no answer within ${CONNECT_SECONDS} s`);
    try {
      client.makeUnaryRequest(HEALTH_CHECK, same, same, Buffer.alloc(0), { deadline: Date.now() + 100 }, tell);
    } catch {
      // Closed meanwhile.
      resolve("closed");
    }
  });
}
