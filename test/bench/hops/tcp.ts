/**
 * A bare TCP socket, no messages and no window but TCP's: what Node's sockets give.
 * Arguments: server, payload bytes, host | client, address, window (unused).
 */
import { type AddressInfo, connect, createServer } from "node:net";
import { feed } from "./feed.ts";
import { endWithParent, Stopwatch } from "./stopwatch.ts";

const [role, first, second] = process.argv.slice(2);
if (role === "server") {
  endWithParent();
  const server = createServer({ noDelay: true }, (socket) => feed(socket, Number(first)));
  server.listen(0, second, () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
} else {
  const stopwatch = new Stopwatch();
  const [host, port] = first!.split(":");
  const socket = connect({ host: host!, port: Number(port), noDelay: true });
  socket.on("data", (bytes) => {
    socket.pause();
    stopwatch.passed(bytes.length, () => socket.resume());
  });
}
