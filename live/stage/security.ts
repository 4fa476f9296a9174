import { readFileSync } from "node:fs";
import { ChannelCredentials, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js";
import type { PodConfig } from "./config.ts";

/** Who a pod or the driver is to others, and whose word it takes for who they are: PEM texts. */
export interface Identity {
  /** Certificate of the authority that signs everybody's. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** What a client shows, and whom it wants to find; the address may be that of a tunnel. */
export interface ChannelSecurity {
  readonly identity: Identity;
  /** Name in the server's certificate; `null`: the host of its address. */
  readonly peer: string | null;
}

/** Reads what a pod's configuration names; `null`: it speaks plaintext. @throws Error with the path of what can't be read. */
export function readIdentity(tls: PodConfig["tls"]): Identity | null {
  if (tls === null) return null;
  const read = (path: string) => readFileSync(path, "utf8");
  return { ca: read(tls.ca), certificate: read(tls.certificate), key: read(tls.key) };
}

/** Of a client: with an identity the server's certificate is checked, and its own is shown. */
export function channelCredentials(security: ChannelSecurity | null): ChannelCredentials {
  if (security === null) return ChannelCredentials.createInsecure();
  const { ca, key, certificate } = security.identity;
  return ChannelCredentials.createSsl(Buffer.from(ca), Buffer.from(key), Buffer.from(certificate));
}

/** Options of a client's channel that go with its credentials. */
export function channelOptions(security: ChannelSecurity | null): Record<string, string> {
  return security === null || security.peer === null ? {} : { "grpc.ssl_target_name_override": security.peer };
}

/** Of a server: with an identity nobody connects without a certificate of the same authority. */
export function serverCredentials(identity: Identity | null): ServerCredentials {
  if (identity === null) return ServerCredentials.createInsecure();
  const { ca, key, certificate } = identity;
  const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(certificate) };
  return ServerCredentials.createSsl(Buffer.from(ca), [pair], true);
}

/** The driver's name in its certificate; no pod has a dot in its own. */
export const DRIVER_NAME = "edgetwin.driver";

/** An alternative name (a URI) in a certificate: whose bearer may pull frames from a pod. */
export function rightToPull(pod: string): string {
  return `edgetwin:pulls-from:${pod}`;
}

type Secured = Pick<ServerDuplexStream<unknown, unknown>, "getAuthContext">;

/** A client may pull from a pod if its certificate says so; the driver may, and anybody where there are no certificates. */
export function mayPull(call: Secured, { name, tls }: PodConfig): boolean {
  const names = certificateOf(call)?.subjectaltname?.split(", ") ?? [];
  return isDriver(call, tls) || names.includes(`URI:${rightToPull(name)}`);
}

/** The client is the driver, or there are no certificates. */
export function isDriver(call: Secured, tls: PodConfig["tls"]): boolean {
  return tls === null || clientName(call) === DRIVER_NAME;
}

/** Common name of the certificate that a client has shown. */
export function clientName(call: Secured): string {
  return String(certificateOf(call)?.subject.CN ?? "somebody without a certificate");
}

function certificateOf(call: Secured) {
  return call.getAuthContext()?.sslPeerCertificate;
}
