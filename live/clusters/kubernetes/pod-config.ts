import type { PodConfigInput } from "../../stage/config.ts";
import type { PodSpec } from "../cluster.ts";
import { TLS_FILES } from "./secret.ts";
import { GRPC_PORT, type KubernetesSettings, labelsOf, METRICS_PORT, objectName, selectorOf } from "./settings.ts";
import { type KubernetesObject, MOST_BYTES } from "./yaml.ts";

/** Where a pod finds its configuration, and the files that its stages read. */
export const CONFIG_FOLDER = "/etc/edgetwin";
export const CONFIG_FILE = "pod.json";
export const DATA_FOLDER = "/data";
/** Seconds that a pod may take to pass on what it has, once it is told to end. */
export const DRAIN_SECONDS = 20;

/** What a pod of the cluster is told. It finds the one before it by the name of its Service. */
function podConfig(pod: PodSpec, settings: KubernetesSettings): PodConfigInput {
  const { files, certificates } = settings;
  const { name, node, emulate = [], upstream, compression = "none", workers = 0, replay = 0 } = pod;
  const stages = pod.stages.map((stage) => {
    const read = files.get(stage.name);
    if (read === undefined) return stage;
    // By the stage's name, whatever the path was here, which may lead anywhere.
    const place = read.param === "folder" ? stage.name : `${stage.name}/${[...read.files.keys()][0]}`;
    return { ...stage, params: { ...stage.params, [read.param]: place } };
  });
  let address: string | null = null;
  // With its scheme, as the name of a stage may be one of gRPC's.
  if (upstream !== null)
    address = "address" in upstream ? upstream.address : `dns:${objectName(settings, upstream.pod)}:${GRPC_PORT}`;
  const before = upstream !== null && "pod" in upstream ? upstream.pod : null;
  const security = certificates === "none" ? {} : { tls: { ...TLS_FILES, upstream: before } };
  return {
    ...{ name, node, emulate, host: "0.0.0.0", port: GRPC_PORT, metricsPort: METRICS_PORT, upstream: address },
    ...{ compression, workers, replay, gracePeriod: DRAIN_SECONDS, baseDirectory: DATA_FOLDER, stages },
    ...security,
  };
}

/** The files of a stage, in a ConfigMap of their own. */
export interface StageData {
  readonly stage: string;
  readonly configMap: KubernetesObject;
  /** Which key of it is which file. */
  readonly items: readonly { readonly key: string; readonly path: string }[];
}

export interface PodData {
  readonly config: KubernetesObject;
  readonly stages: readonly StageData[];
}

/** What a pod reads when it starts. @throws RangeError with every stage whose files no ConfigMap takes. */
export function podData(pod: PodSpec, settings: KubernetesSettings): PodData {
  const { namespace, files } = settings;
  const labels = { ...labelsOf(settings), ...selectorOf(settings, pod) };
  const configMap = (name: string, content: object): KubernetesObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, labels },
    ...content,
  });
  const large: string[] = [];
  const stages = pod.stages.flatMap(({ name }): StageData[] => {
    const read = files.get(name);
    if (read === undefined) return [];
    // Files may have names that a key can't have.
    const encoded = Array.from(read.files, ([path, bytes], i) => {
      return { key: `file-${i + 1}`, path, base64: Buffer.from(bytes).toString("base64") };
    });
    const size = encoded.reduce((sum, { base64 }) => sum + base64.length, 0);
    if (size > MOST_BYTES) large.push(`\n  ${name}: ${Math.floor((size * 3) / 4)} bytes`);
    const binaryData = Object.fromEntries(encoded.map(({ key, base64 }) => [key, base64]));
    return [
      {
        stage: name,
        // No pod has a dot in its name.
        configMap: configMap(`${objectName(settings, pod.name)}.${name}`, { binaryData }),
        items: encoded.map(({ key, path }) => ({ key, path })),
      },
    ];
  });
  if (large.length > 0) {
    throw new RangeError(
      `files of a stage travel in a ConfigMap, together at most ${(MOST_BYTES * 3) / 4} bytes:${large.join("")}`,
    );
  }
  const config = `${JSON.stringify(podConfig(pod, settings), null, 2)}\n`;
  return { config: configMap(objectName(settings, pod.name), { data: { [CONFIG_FILE]: config } }), stages };
}
