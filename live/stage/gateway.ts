/**
 * The program by which a driver outside of a cluster reaches a line's pods: an HTTP proxy that only connects (RFC 9110, CONNECT), and
 * only to the ports of Services of its own namespace. It listens on loopback: who may forward a port to its pod gets in, nobody else.
 */
import { createServer } from "node:http";
import { connect } from "node:net";
import { pipeline } from "node:stream";

/** A Service by its bare name: any other namespace's has a dot in it. */
const TARGET = /^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?):(\d+)$/;
const CONNECT_SECONDS = 5;

const [, , listen, ...allowed] = process.argv;
if (listen === undefined || allowed.length === 0) {
  process.stderr.write("usage: gateway PORT ALLOWED-PORT...\n");
  process.exit(2);
}
const server = createServer((_, response) => void response.writeHead(405).end("only CONNECT\n"));
server.on("connect", ({ url = "" }, client, head) => {
  client.on("error", () => {});
  const [, host, port = ""] = TARGET.exec(url) ?? [];
  if (host === undefined || !allowed.includes(port)) {
    client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    return;
  }
  const pod = connect({ host, port: Number(port), noDelay: true });
  pod.setTimeout(CONNECT_SECONDS * 1e3, () => pod.destroy(new Error("timed out")));
  const refuse = () => void client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  pod.once("error", refuse);
  pod.once("connect", () => {
    pod.off("error", refuse);
    pod.setTimeout(0);
    client.write("HTTP/1.1 200 OK\r\n\r\n");
    pod.write(head);
    // What either end has sent before it closes still arrives.
    pipeline(pod, client, () => {});
    pipeline(client, pod, () => {});
  });
});
server.listen(Number(listen), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
