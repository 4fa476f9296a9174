import serverInterceptors from "@grpc/grpc-js/build/src/server-interceptors.js";
import subchannelCall from "@grpc/grpc-js/build/src/subchannel-call.js";
import { Deframer } from "./deframer.ts";
import type { ReceiveBuffers } from "./receive-buffers.ts";

// @grpc/grpc-js copies every message once at each end, which is half of what a hop of large frames costs. It has no option
// for that, so two of its internals are replaced. Where a version of it lacks them hops work all the same, with the copies;
// a test tells.

/** A message that is encoded already, gRPC's prefix included. */
export interface FramedMessage {
  readonly framed: Buffer;
}

/** Option of a channel: where the stream that it opens next receives its messages. */
export const RECEIVE_BUFFERS = "edgetwin.receive_buffers";

interface Transport {
  getOptions(): Readonly<Record<string, unknown>>;
}
type Arguments = [http2Stream: unknown, tracker: unknown, listener: unknown, transport: Transport, callId: number];
interface SubchannelCallModule {
  Http2SubchannelCall?: new (...args: Arguments) => { decoder?: unknown };
}
interface ServerInterceptorsModule {
  BaseServerInterceptingCall?: { prototype: { serializeMessage?(value: unknown): Buffer } };
}

/** The client's end: messages of channels with `RECEIVE_BUFFERS` are put where that says. @returns whether it could be done. */
function receiveInPlace(module: SubchannelCallModule): boolean {
  const Original = module.Http2SubchannelCall;
  if (Original === undefined) return false;
  module.Http2SubchannelCall = class extends Original {
    constructor(...args: Arguments) {
      super(...args);
      const options = args[3].getOptions();
      const buffers = options[RECEIVE_BUFFERS] as (() => ReceiveBuffers) | undefined;
      if (buffers === undefined || this.decoder === undefined) return;
      this.decoder = new Deframer(buffers(), options["grpc.max_receive_message_length"] as number);
    }
  };
  return true;
}

/** The server's end: a framed message goes out as it is. @returns whether it could be done. */
function sendInPlace(module: ServerInterceptorsModule): boolean {
  const prototype = module.BaseServerInterceptingCall?.prototype;
  const original = prototype?.serializeMessage;
  if (prototype === undefined || original === undefined) return false;
  prototype.serializeMessage = function (value) {
    const { framed } = value as Partial<FramedMessage>;
    return Buffer.isBuffer(framed) ? framed : original.call(this, value);
  };
  return true;
}

/** Which ends do without the copy. */
export const inPlace = {
  receive: receiveInPlace(subchannelCall as unknown as SubchannelCallModule),
  send: sendInPlace(serverInterceptors as unknown as ServerInterceptorsModule),
};
