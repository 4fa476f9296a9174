import { DRIVER_NAME, type Identity, rightToPull } from "../stage/security.ts";
import type { PodSpec } from "./cluster.ts";

/** Signs the certificates of one deployment; its key is nowhere but in this process's memory. */
export interface Authority {
  readonly driver: Identity;
  /** A new key pair for a pod: its name, and its right to pull from the pod before it. */
  sign(pod: Pick<PodSpec, "name" | "upstream">): Promise<Identity>;
}

/** A deployment that is to run for longer brings its own certificates, or is deployed anew. */
const VALID_DAYS = 7;
/** Clocks of nodes may be behind this one's. */
const SLACK_HOURS = 1;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** A new authority, of which nobody knows yet; its certificates (ECDSA on P-256) are valid for a week. */
export async function newAuthority(): Promise<Authority> {
  // What the library needs to be there before it, and what takes a quarter of a second to load.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const notBefore = new Date(Date.now() - SLACK_HOURS * 3600e3);
  const notAfter = new Date(Date.now() + VALID_DAYS * 24 * 3600e3);
  const newKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const authority = await newKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: ["edgetwin run"] }],
    ...{ notBefore, notAfter, keys: authority, signingAlgorithm: ALGORITHM },
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const ca = root.toString("pem");
  const identity = async (name: string, rights: readonly string[]): Promise<Identity> => {
    const keys = await newKeys();
    const signed = await x509.X509CertificateGenerator.create({
      subject: [{ CN: [name] }],
      issuer: root.subject,
      ...{ notBefore, notAfter, signingAlgorithm: ALGORITHM },
      ...{ publicKey: keys.publicKey, signingKey: authority.privateKey },
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectAlternativeNameExtension([
          { type: "dns", value: name },
          ...rights.map((value) => ({ type: "url", value }) as const),
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(root, false),
      ],
    });
    const key = x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
    return { ca, certificate: signed.toString("pem"), key };
  };
  return {
    driver: await identity(DRIVER_NAME, []),
    sign: ({ name, upstream }) =>
      identity(name, upstream !== null && "pod" in upstream ? [rightToPull(upstream.pod)] : []),
  };
}

/** A certificate for each of the pods, by its name. */
export async function signAll(authority: Authority, pods: readonly PodSpec[]): Promise<Map<string, Identity>> {
  return new Map(await Promise.all(pods.map(async (pod) => [pod.name, await authority.sign(pod)] as const)));
}
