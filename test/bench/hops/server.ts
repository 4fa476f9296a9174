/**
 * Serves frames without end over edgetwin's hop, as fast as the window lets it; no kernel, no pod.
 * Arguments: server, payload bytes, host. Prints its port.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { primeHeap } from "../../../live/stage/heap.ts";
import { type HopCall, Outlet } from "../../../live/stage/outlet.ts";
import { MAX_MESSAGE_BYTES } from "../../../live/stage/upstream.ts";
import { hopService, type Open } from "../../../live/stage/wire.ts";
import { endWithParent } from "./stopwatch.ts";

const bytes = Number(process.argv[3]);
const host = process.argv[4];

endWithParent();
primeHeap(32 * 1024 * 1024);

function stream(call: HopCall, { run, next }: Open): Outlet {
  let sequence = next;
  const shape = { height: 1, width: bytes, channels: 1, element: "uint8" } as const;
  const fill = () => {
    while (!outlet.blocked && sequence < run.frames) {
      outlet.offer(outlet.claim(), sequence++);
    }
  };
  const { window, frames } = run;
  const outlet = new Outlet(
    { shape, window, first: next, frames, servers: 1, buffer: null },
    { sent: () => {}, written: () => {}, acknowledged: () => setImmediate(fill), dropped: () => {} },
  );
  outlet.attach(call, next);
  setImmediate(fill);
  return outlet;
}

const server = new Server({
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
});
server.addService(hopService, {
  pull: (call: HopCall) => {
    let outlet: Outlet | null = null;
    call.on("data", ({ open, acknowledge }) => {
      if (open) outlet = stream(call, open);
      else if (acknowledge) outlet?.acknowledge(acknowledge.next);
    });
    call.on("error", () => {});
  },
});
server.bindAsync(`${host}:0`, ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});
