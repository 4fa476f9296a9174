import { Client, credentials } from "@grpc/grpc-js";

const DEADLINE_SECONDS = 5;
/** `HealthCheckResponse { status: SERVING }` of grpc.health.v1. */
const SERVING = Buffer.from([0x08, 0x01]);

/** Asks a server for its health. @throws Error if it does not answer that it serves. */
export async function expectServing(address: string): Promise<void> {
  const client = new Client(address, credentials.createInsecure());
  try {
    await new Promise<void>((resolve, reject) => {
      client.makeUnaryRequest(
        "/grpc.health.v1.Health/Check",
        (request: Buffer) => request,
        (reply: Buffer) => reply,
        // An empty HealthCheckRequest: of the whole server.
        Buffer.alloc(0),
        { deadline: Date.now() + DEADLINE_SECONDS * 1e3 },
        (error, reply) => {
          if (error === null && reply?.equals(SERVING)) resolve();
          else reject(error ?? new Error(`${address}: not serving`));
        },
      );
    });
  } finally {
    client.close();
  }
}
