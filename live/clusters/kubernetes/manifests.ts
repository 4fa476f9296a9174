import type { PodSpec } from "../cluster.ts";
import { podData } from "./pod-config.ts";
import { secret } from "./secret.ts";
import {
  DRIVER_COMPONENT,
  GRPC_PORT,
  instanceOf,
  type KubernetesSettings,
  labelsOf,
  METRICS_PORT,
  objectName,
  selectorOf,
} from "./settings.ts";
import { deployment, service } from "./workload.ts";
import type { KubernetesObject } from "./yaml.ts";

/** The first minor version with `policy/v1`; `policy/v1beta1` went with 1.25. */
const POLICY_V1 = 21;

/**
 * The objects that run a line of pods, in an order in which they can be applied. The same line and settings give the same ones.
 * @param pods of the line, source first. @throws RangeError if a stage's file fits no ConfigMap.
 */
export function manifests(pods: readonly PodSpec[], settings: KubernetesSettings): KubernetesObject[] {
  const shared = settings.existing ? [] : [namespaceOf(settings)];
  const each = pods.flatMap((pod) => {
    const data = podData(pod, settings);
    const next = pods.find(({ upstream }) => upstream !== null && "pod" in upstream && upstream.pod === pod.name);
    const keys = secret(pod, settings);
    return [
      data.config,
      ...data.stages.map(({ configMap }) => configMap),
      ...(keys === null ? [] : [keys]),
      networkPolicy(pod, next ?? null, settings),
      service(pod, settings),
      deployment(pod, data, settings),
    ];
  });
  return [...shared, disruptionBudget(pods, settings), ...each];
}

/**
 * The objects of pods that join a line, whose upstream may be one of those that are there: what manifests has of a pod, and for each of
 * these one that lets the new pod in. @param all pods that there then are.
 */
export function joining(
  pods: readonly PodSpec[],
  all: readonly PodSpec[],
  settings: KubernetesSettings,
): KubernetesObject[] {
  const names = pods.map(({ name }) => name);
  const own = manifests(pods, { ...settings, existing: true }).filter(({ kind }) => kind !== "PodDisruptionBudget");
  const others = pods.flatMap((pod) => {
    const before = pod.upstream !== null && "pod" in pod.upstream ? pod.upstream.pod : null;
    return before === null || names.includes(before) ? [] : [admission(before, pod, settings)];
  });
  return [...own, ...others, disruptionBudget(all, settings)];
}

/** Lets a pod that has joined pull from one that was there; it goes with the pod that has joined. */
function admission(before: string, pod: PodSpec, settings: KubernetesSettings): KubernetesObject {
  const from = [{ podSelector: { matchLabels: selectorOf(settings, pod) } }];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name: objectName(settings, `${pod.name}.joins`),
      namespace: settings.namespace,
      labels: { ...labelsOf(settings), ...selectorOf(settings, pod) },
    },
    spec: {
      podSelector: { matchLabels: selectorOf(settings, { name: before }) },
      policyTypes: ["Ingress"],
      ingress: [{ from, ports: [{ protocol: "TCP", port: GRPC_PORT }] }],
    },
  };
}

/** Its pods keep to the restricted Pod Security Standard, and the cluster is told to see to it. */
function namespaceOf(settings: KubernetesSettings): KubernetesObject {
  const standard = Object.fromEntries(
    ["enforce", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]),
  );
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: settings.namespace,
      labels: { ...labelsOf(settings), ...standard },
      ...(settings.owner === undefined ? {} : { annotations: settings.owner }),
    },
  };
}

/**
 * As many pods as a node has may be moved at a time, so that a node can be drained whose pods no other may take; those of the other
 * nodes hold their frames until they are back.
 */
function disruptionBudget(pods: readonly PodSpec[], settings: KubernetesSettings): KubernetesObject {
  const { namespace, minor } = settings;
  const onNode = new Map<string, number>();
  for (const { node } of pods) onNode.set(node, (onNode.get(node) ?? 0) + 1);
  const matchLabels = { "app.kubernetes.io/instance": instanceOf(settings), "app.kubernetes.io/component": "stage" };
  return {
    apiVersion: minor >= POLICY_V1 ? "policy/v1" : "policy/v1beta1",
    kind: "PodDisruptionBudget",
    metadata: { name: objectName(settings, "stages"), namespace, labels: labelsOf(settings) },
    spec: { maxUnavailable: Math.max(...onNode.values()), selector: { matchLabels } },
  };
}

/** Frames are pulled: only the pod after it and the driver may call a pod. Kubelets always may, which ask for its health. */
function networkPolicy(pod: PodSpec, next: PodSpec | null, settings: KubernetesSettings): KubernetesObject {
  const { namespace } = settings;
  const driver = {
    "app.kubernetes.io/instance": instanceOf(settings),
    "app.kubernetes.io/component": DRIVER_COMPONENT,
  };
  const from = (matchLabels: object, ...ports: number[]) => ({
    from: [{ podSelector: { matchLabels } }],
    ports: ports.map((port) => ({ protocol: "TCP", port })),
  });
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name: objectName(settings, pod.name),
      namespace,
      labels: { ...labelsOf(settings), ...selectorOf(settings, pod) },
    },
    spec: {
      podSelector: { matchLabels: selectorOf(settings, pod) },
      policyTypes: ["Ingress"],
      ingress: [
        ...(next === null ? [] : [from(selectorOf(settings, next), GRPC_PORT)]),
        from(driver, GRPC_PORT, METRICS_PORT),
      ],
    },
  };
}
