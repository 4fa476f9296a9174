/**
 * Asks a pod's health: exit code 0 if it serves. For clusters whose kubelets don't ask over gRPC themselves (before Kubernetes 1.24).
 * It takes the pod's own CPU limit, so it loads little.
 */
import { Client, credentials } from "@grpc/grpc-js";

const DEADLINE_SECONDS = 5;
/** `HealthCheckResponse { status: SERVING }` of grpc.health.v1. */
const SERVING = Buffer.from([0x08, 0x01]);

const [, , address] = process.argv;
if (address === undefined) {
  process.stderr.write("usage: probe HOST:PORT\n");
  process.exit(2);
}
const client = new Client(address, credentials.createInsecure());
client.makeUnaryRequest(
  "/grpc.health.v1.Health/Check",
  (request: Buffer) => request,
  (reply: Buffer) => reply,
  // An empty HealthCheckRequest: of the whole server.
  Buffer.alloc(0),
  { deadline: Date.now() + DEADLINE_SECONDS * 1e3 },
  (error, reply) => {
    const serves = error === null && reply !== undefined && reply.equals(SERVING);
    if (!serves) process.stderr.write(`${address}: ${error === null ? "not serving" : error.message}\n`);
    process.exit(serves ? 0 : 1);
  },
);
