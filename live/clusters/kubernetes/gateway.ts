import type { PodSpec } from "../cluster.ts";
import { programOfImage, RESTRICTED_CONTAINER, RESTRICTED_POD } from "./restricted.ts";
import {
  DRIVER_COMPONENT,
  GRPC_PORT,
  type KubernetesSettings,
  labelsOf,
  METRICS_PORT,
  objectName,
  selectorOf,
} from "./settings.ts";
import { nodeSelector } from "./workload.ts";
import type { KubernetesObject } from "./yaml.ts";

/** Where its program (`live/stage/gateway.ts`) listens, on its pod's loopback. */
export const GATEWAY_PORT = 50052;
/** Its name among the pods of a line. */
export const GATEWAY = "edgetwin-gateway";

/** On the last node that any pod of a line is on, since servers come last. */
export function gatewayPlace(pods: readonly PodSpec[], { nodes }: KubernetesSettings): { name: string; node: string } {
  const node = nodes.findLast(({ name }) => pods.some((pod) => pod.node === name));
  if (node === undefined) throw new RangeError("a gateway needs pods, on nodes of the topology");
  return { name: GATEWAY, node: node.name };
}

/** The pod through which a driver outside of the cluster reaches those of a line: a Service's name means nothing there. */
export function gateway(pods: readonly PodSpec[], settings: KubernetesSettings): KubernetesObject {
  const { namespace, image, nodes, owner } = settings;
  const place = gatewayPlace(pods, settings);
  const own = {
    "app.kubernetes.io/component": DRIVER_COMPONENT,
    ...selectorOf(settings, place),
  };
  const labels = { ...labelsOf(settings), ...own };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: objectName(settings, GATEWAY),
      namespace,
      labels,
      ...(owner === undefined ? {} : { annotations: owner }),
    },
    spec: {
      replicas: 1,
      revisionHistoryLimit: 2,
      selector: { matchLabels: own },
      template: {
        metadata: { labels },
        spec: {
          nodeSelector: nodeSelector(nodes.find(({ name }) => name === place.node)!),
          ...RESTRICTED_POD,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: "gateway",
              image,
              imagePullPolicy: "IfNotPresent",
              // It is asked by whoever uses it: a kubelet can't reach its loopback.
              command: programOfImage("gateway", ...[GATEWAY_PORT, GRPC_PORT, METRICS_PORT].map(String)),
              resources: { requests: { cpu: "10m", memory: "64Mi" } },
              terminationMessagePolicy: "FallbackToLogsOnError",
              ...RESTRICTED_CONTAINER,
            },
          ],
        },
      },
    },
  };
}
