/**
 * One HTTP/2 stream of chunks, no messages and no window but HTTP/2's: what Node's http2 gives below gRPC.
 * Arguments: server, payload bytes, host | client, address, window (unused).
 */
import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { feed } from "./feed.ts";
import { endWithParent, Stopwatch } from "./stopwatch.ts";

const WINDOW = 16 * 1024 * 1024;

const [role, first, second] = process.argv.slice(2);
if (role === "server") {
  endWithParent();
  const server = createServer();
  server.on("stream", (stream) => {
    stream.respond({ ":status": 200 });
    feed(stream, Number(first));
  });
  server.listen(0, second, () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
} else {
  const stopwatch = new Stopwatch();
  const session = connect(`http://${first}`, { settings: { initialWindowSize: WINDOW } });
  session.on("connect", () => session.setLocalWindowSize(WINDOW));
  const stream = session.request({ ":path": "/" });
  stream.on("data", (bytes: Buffer) => {
    stream.pause();
    stopwatch.passed(bytes.length, () => stream.resume());
  });
}
