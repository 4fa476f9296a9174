import type { Node } from "../../../sim/topology/topology.ts";
import type { Identity } from "../../stage/security.ts";
import type { PodSpec } from "../cluster.ts";
import type { StageFiles } from "./stage-files.ts";

/** Port of every pod's gRPC services. */
export const GRPC_PORT = 50051;
/** Port of every pod's Prometheus metrics. */
export const METRICS_PORT = 9464;
/** Port of every pod's health in plaintext, where its other services ask for certificates. */
export const HEALTH_PORT = 50052;
/** Label of the node that a topology's node stands for, where its `selector` does not say another. */
export const NODE_LABEL = "edgetwin.dev/node";
/** Label of a pod, by its name in the plan. */
export const POD_LABEL = "edgetwin.dev/pod";
/** `app.kubernetes.io/component` of the program that drives a line, where it is a pod of the cluster itself. */
export const DRIVER_COMPONENT = "driver";

/** How a line of pods is deployed to Kubernetes. */
export interface KubernetesSettings {
  /** Of the topology. */
  readonly topology: string;
  /** Of the run: its own, so that it can be deleted whole. */
  readonly namespace: string;
  /** The namespace is there already, perhaps by somebody who lets us do nothing outside it. */
  readonly existing: boolean;
  /** The stage service's, with its registry and tag. */
  readonly image: string;
  /** Of edgetwin. */
  readonly version: string;
  /** Minor version of the cluster: 24 for Kubernetes 1.24. */
  readonly minor: number;
  /** All of the topology. */
  readonly nodes: readonly Node[];
  /** Files that stages read, by the stage's name. */
  readonly files: ReadonlyMap<string, StageFiles>;
  /** By which pods prove who they are: these, by the pod's name; in Secrets that somebody else makes; or none, in plaintext. */
  readonly certificates: ReadonlyMap<string, Identity> | "elsewhere" | "none";
}

/** Labels of everything of a run. */
export function labelsOf({ topology, namespace, version }: KubernetesSettings): Record<string, string> {
  return {
    "app.kubernetes.io/name": "edgetwin",
    "app.kubernetes.io/instance": namespace,
    "app.kubernetes.io/version": version,
    "app.kubernetes.io/part-of": topology,
    "app.kubernetes.io/managed-by": "edgetwin",
  };
}

/** Labels by which a pod of a run is found; they never change, as Deployments' selectors can't. */
export function selectorOf({ namespace }: KubernetesSettings, pod: Pick<PodSpec, "name">): Record<string, string> {
  return { "app.kubernetes.io/instance": namespace, [POD_LABEL]: pod.name };
}
