import { programOfImage, RESTRICTED_CONTAINER, RESTRICTED_POD } from "../clusters/kubernetes/restricted.ts";
import { MOST_BYTES, manifestsYaml } from "../clusters/kubernetes/yaml.ts";

/** Label of all that is of a sweep, by the sweep's name. */
export const SWEEP_LABEL = "edgetwin.dev/sweep";
/** Label of a shard's pod where no Indexed Job numbers it, from 0 on. */
export const SHARD_LABEL = "edgetwin.dev/shard";
/** Jobs number their pods since Kubernetes 1.22: in 1.21 a cluster has to be told to. */
export const INDEXED_JOBS = 22;

/** What a sweep runs as on Kubernetes. */
export interface JobSpec {
  /** Of the Job and its ConfigMap. */
  readonly name: string;
  readonly namespace: string;
  /** The stage service's. */
  readonly image: string;
  /** Of the whole sweep. */
  readonly shards: number;
  /** `inputs.json.gz`. */
  readonly inputs: Uint8Array;
  /** `all`: one Indexed Job. Else a Job each of these shards, from 0 on: of a cluster that has no Indexed Jobs, or where only some are left. */
  readonly run: "all" | readonly number[];
}

/**
 * One Indexed Job with a shard an index, or a Job a shard, and the ConfigMap that all shards read: YAML for `kubectl apply`. Each pod
 * prints its results; a cluster needs no storage for that.
 * @throws RangeError if the inputs do not fit a ConfigMap.
 */
export function jobManifests(spec: JobSpec): string {
  const { name, shards, inputs, run } = spec;
  const encoded = Buffer.from(inputs).toString("base64");
  if (encoded.length > MOST_BYTES) {
    throw new RangeError(`inputs of ${encoded.length} bytes should be at most ${MOST_BYTES}, for a ConfigMap`);
  }
  const metadata = metadataOf(name, spec);
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata, binaryData: { "inputs.json.gz": encoded } };
  const jobs =
    run === "all"
      ? [job(name, spec, shards, null)]
      : run.map((shard) => job(shardJobName(name, shard), spec, 1, String(shard)));
  return manifestsYaml([configMap, ...jobs]);
}

/** Of a Job that runs one shard of a sweep, from 0 on. */
export function shardJobName(sweep: string, shard: number): string {
  return `${sweep}-${shard}`;
}

/** @param shard the only one of a Job that does not number its pods. */
function job(name: string, spec: JobSpec, pods: number, shard: string | null) {
  const metadata = metadataOf(name, spec);
  const labels = { ...metadata.labels, ...(shard === null ? {} : { [SHARD_LABEL]: shard }) };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata,
    spec: {
      ...(shard === null ? { completionMode: "Indexed", completions: pods, parallelism: pods } : {}),
      backoffLimit: 2 * pods,
      // Should nobody be left to delete it.
      ttlSecondsAfterFinished: 3600,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          ...RESTRICTED_POD,
          containers: [container(spec, shard)],
          volumes: [{ name: "inputs", configMap: { name: spec.name } }],
        },
      },
    },
  };
}

function container({ image, shards }: JobSpec, shard: string | null): object {
  return {
    name: "sweep",
    image,
    imagePullPolicy: "IfNotPresent",
    command: programOfImage("sweep-shard", "/sweep/inputs.json.gz", String(shards)),
    ...(shard === null ? {} : { env: [{ name: "JOB_COMPLETION_INDEX", value: shard }] }),
    resources: { requests: { cpu: "1" } },
    ...RESTRICTED_CONTAINER,
    volumeMounts: [{ name: "inputs", mountPath: "/sweep", readOnly: true }],
  };
}

function metadataOf(name: string, { name: sweep, namespace }: JobSpec) {
  const labels = {
    "app.kubernetes.io/name": "edgetwin",
    "app.kubernetes.io/component": "sweep",
    [SWEEP_LABEL]: sweep,
  };
  return { name, namespace, labels };
}
