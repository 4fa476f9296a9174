import { createHash } from "node:crypto";
import type { Node } from "../../../sim/topology/topology.ts";
import { HEALTH_PATH } from "../../stage/health-path.ts";
import type { PodSpec } from "../cluster.ts";
import { CONFIG_FILE, CONFIG_FOLDER, DATA_FOLDER, DRAIN_SECONDS, type PodData } from "./pod-config.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "./restricted.ts";
import { IMAGE_GROUP, secretVolume, TLS_FOLDER } from "./secret.ts";
import {
  GRPC_PORT,
  type KubernetesSettings,
  labelsOf,
  METRICS_PORT,
  NODE_LABEL,
  objectName,
  selectorOf,
} from "./settings.ts";
import type { KubernetesObject } from "./yaml.ts";

/** Kubelets ask gRPC's health service themselves since Kubernetes 1.24. */
const GRPC_PROBES = 24;
/** Beyond its drain a pod is given this long to end. */
const END_SECONDS = 10;
/** Seconds that a pod has to end in. */
export const GRACE_SECONDS = DRAIN_SECONDS + END_SECONDS;
/** What a pod is guaranteed, at most. */
export const LEAST_CPUS = 0.1;
/** Of a pod with frames of some MB in its windows. There is no limit: to be killed is no way to tell that frames are large. */
export const MEMORY = "256Mi";
/** Where Node keeps compiled code: the next start takes it from there. */
const COMPILE_CACHE = "/tmp/node-compile-cache";

/** Runs a pod, one at a time: two would take each other's frames. */
export function deployment(pod: PodSpec, data: PodData, settings: KubernetesSettings): KubernetesObject {
  const { namespace, image } = settings;
  const node = settings.nodes.find(({ name }) => name === pod.node);
  if (node === undefined) throw new RangeError(`pod ${pod.name} is on node ${pod.node}, which is not among the nodes`);
  const labels = { ...labelsOf(settings), "app.kubernetes.io/component": "stage", ...selectorOf(settings, pod) };
  const { certificates } = settings;
  const secured = certificates !== "none";
  // What is signed anew makes another pod, too.
  const certificate = typeof certificates === "string" ? "" : certificates.get(pod.name)!.certificate;
  const digest = createHash("sha256").update(JSON.stringify(data)).update(certificate).digest("hex").slice(0, 16);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: objectName(settings, pod.name), namespace, labels },
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" },
      revisionHistoryLimit: 2,
      progressDeadlineSeconds: 120,
      selector: { matchLabels: selectorOf(settings, pod) },
      template: {
        // A pod reads its configuration once: another one is another pod.
        metadata: { labels, annotations: { "edgetwin.dev/config": digest } },
        spec: {
          nodeSelector: nodeSelector(node),
          ...RESTRICTED_POD,
          // Keys are root's and this group's.
          ...(secured ? { securityContext: { ...RESTRICTED_POD.securityContext, fsGroup: IMAGE_GROUP } } : {}),
          enableServiceLinks: false,
          terminationGracePeriodSeconds: GRACE_SECONDS,
          containers: [container(pod.image ?? image, node, data, settings)],
          volumes: [...volumes(data), ...(secured ? [secretVolume(pod, settings)] : [])],
        },
      },
    },
  };
}

/** One value here moves a stage. */
export function nodeSelector({ name, selector, arch }: Node): Record<string, string> {
  return { ...(selector ?? { [NODE_LABEL]: name }), ...(arch === null ? {} : { "kubernetes.io/arch": arch }) };
}

function container(image: string, { cpus }: Node, data: PodData, settings: KubernetesSettings): object {
  const { minor, certificates } = settings;
  const secured = certificates !== "none";
  const cpu = cpus === undefined ? null : `${Math.max(1, Math.round(cpus * 1000))}m`;
  return {
    name: "stage",
    image,
    imagePullPolicy: "IfNotPresent",
    env: [
      { name: "EDGETWIN_POD", value: `@${CONFIG_FOLDER}/${CONFIG_FILE}` },
      { name: "EDGETWIN_POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "EDGETWIN_NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
      { name: "NODE_COMPILE_CACHE", value: COMPILE_CACHE },
    ],
    ports: [
      { name: "grpc", containerPort: GRPC_PORT },
      { name: "metrics", containerPort: METRICS_PORT },
    ],
    resources: {
      // What it may take is its limit's to say: of pods that are calibrated in turns, a node has many.
      requests: { cpu: cpus === undefined || cpus > LEAST_CPUS ? `${LEAST_CPUS * 1e3}m` : cpu, memory: MEMORY },
      ...(cpu === null ? {} : { limits: { cpu } }),
    },
    ...probes(minor >= GRPC_PROBES && !secured),
    // Why one ended is in its status, even when its log can't be read any more.
    terminationMessagePolicy: "FallbackToLogsOnError",
    ...RESTRICTED_CONTAINER,
    volumeMounts: [
      { name: "config", mountPath: CONFIG_FOLDER, readOnly: true },
      ...data.stages.map(({ stage }, i) => ({
        name: `data-${i + 1}`,
        mountPath: `${DATA_FOLDER}/${stage}`,
        readOnly: true,
      })),
      ...(secured ? [{ name: "tls", mountPath: TLS_FOLDER, readOnly: true }] : []),
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}

/**
 * A pod is asked for its health, patiently, since it may be in the middle of a large frame. Never by a program in its container: to
 * start one takes 0.1 s of the CPU time that frames are computed on.
 * @param grpc by gRPC's health service, whose kubelets show no certificate; else over HTTP.
 */
function probes(grpc: boolean): object {
  const how = grpc ? { grpc: { port: GRPC_PORT } } : { httpGet: { path: HEALTH_PATH, port: METRICS_PORT } };
  const ask = { ...how, timeoutSeconds: 5 };
  return {
    startupProbe: { ...ask, periodSeconds: 1, failureThreshold: 120 },
    readinessProbe: { ...ask, periodSeconds: 5, failureThreshold: 3 },
    livenessProbe: { ...ask, periodSeconds: 10, failureThreshold: 6 },
  };
}

function volumes({ config, stages }: PodData): object[] {
  return [
    { name: "config", configMap: { name: config.metadata.name } },
    ...stages.map(({ configMap, items }, i) => ({
      name: `data-${i + 1}`,
      configMap: { name: configMap.metadata.name, items },
    })),
    { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
  ];
}

/**
 * The name by which the pod after it, and the driver, find a pod. Headless: it means the pod's own address, with nothing in between.
 * A pod that is started afresh has another one; who has lost it dials afresh, and asks what the name means now.
 */
export function service(pod: PodSpec, settings: KubernetesSettings): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: objectName(settings, pod.name),
      namespace: settings.namespace,
      labels: { ...labelsOf(settings), ...selectorOf(settings, pod) },
    },
    spec: {
      clusterIP: "None",
      selector: selectorOf(settings, pod),
      // The protocol is part of a port's key, which server-side apply of Kubernetes 1.20 does not fill in.
      ports: [
        { name: "grpc", protocol: "TCP", port: GRPC_PORT },
        { name: "metrics", protocol: "TCP", port: METRICS_PORT },
      ],
    },
  };
}
