import { MOST_BYTES, manifestsYaml } from "../clusters/kubernetes/yaml.ts";

/** What a sweep runs as on Kubernetes. */
export interface JobSpec {
  /** Of the Job and its ConfigMap. */
  readonly name: string;
  readonly namespace: string;
  /** Container image that has `edgetwin` on its path. */
  readonly image: string;
  readonly shards: number;
  /** `inputs.json.gz`. */
  readonly inputs: Uint8Array;
}

/**
 * One Indexed Job with a shard an index, and the ConfigMap that all shards read: YAML for `kubectl apply`. Each pod prints its
 * results; a cluster needs no storage for that.
 * @throws RangeError if the inputs do not fit a ConfigMap.
 */
export function jobManifests({ name, namespace, image, shards, inputs }: JobSpec): string {
  const encoded = Buffer.from(inputs).toString("base64");
  if (encoded.length > MOST_BYTES) {
    throw new RangeError(`inputs of ${encoded.length} bytes should be at most ${MOST_BYTES}, for a ConfigMap`);
  }
  const labels = { "app.kubernetes.io/name": "edgetwin", "app.kubernetes.io/component": "sweep" };
  const metadata = { name, namespace, labels };
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata, binaryData: { "inputs.json.gz": encoded } };
  const shard = `$((JOB_COMPLETION_INDEX + 1))/${shards}`;
  const container = {
    name: "sweep",
    image,
    command: ["sh", "-c", `exec edgetwin sweep /sweep/inputs.json.gz --shard ${shard} --runs /tmp/runs --output json`],
    resources: { requests: { cpu: "1" } },
    volumeMounts: [{ name: "inputs", mountPath: "/sweep", readOnly: true }],
  };
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata,
    spec: {
      completionMode: "Indexed",
      completions: shards,
      parallelism: shards,
      backoffLimit: 2 * shards,
      // Should nobody be left to delete it.
      ttlSecondsAfterFinished: 3600,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          containers: [container],
          volumes: [{ name: "inputs", configMap: { name } }],
        },
      },
    },
  };
  return manifestsYaml([configMap, job]);
}
