import type { PodSpec } from "../cluster.ts";
import { type KubernetesSettings, labelsOf, objectName, selectorOf } from "./settings.ts";
import type { KubernetesObject } from "./yaml.ts";

/** Where a pod finds who it is: files as a Secret of this type has them, and as cert-manager names them. */
export const TLS_FOLDER = "/etc/edgetwin-tls";
const TYPE = "kubernetes.io/tls";
const [CA, CERTIFICATE, KEY] = ["ca.crt", "tls.crt", "tls.key"];
/** The owner and the group; of nobody else, not even to read. */
const MODE = 0o440;
/** The user and group that the image runs as (`live/image/Containerfile`). */
export const IMAGE_GROUP = 65532;

/** Paths of the files in a pod. */
export const TLS_FILES = {
  ca: `${TLS_FOLDER}/${CA}`,
  certificate: `${TLS_FOLDER}/${CERTIFICATE}`,
  key: `${TLS_FOLDER}/${KEY}`,
};

/** The Secret with a pod's key and certificate; `null` where somebody else makes it, or there is none. */
export function secret(pod: PodSpec, settings: KubernetesSettings): KubernetesObject | null {
  const { certificates, namespace } = settings;
  if (typeof certificates === "string") return null;
  const identity = certificates.get(pod.name);
  if (identity === undefined) throw new RangeError(`pod ${pod.name} has no certificate`);
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const labels = { ...labelsOf(settings), ...selectorOf(settings, pod) };
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: secretName(pod, settings), namespace, labels },
    type: TYPE,
    data: { [CA]: base64(identity.ca), [CERTIFICATE]: base64(identity.certificate), [KEY]: base64(identity.key) },
  };
}

export function secretVolume(pod: PodSpec, settings: KubernetesSettings): object {
  return { name: "tls", secret: { secretName: secretName(pod, settings), defaultMode: MODE } };
}

function secretName({ name }: PodSpec, settings: KubernetesSettings): string {
  return `${objectName(settings, name)}.tls`;
}
