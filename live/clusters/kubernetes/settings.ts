import { createHash } from "node:crypto";
import type { Node } from "../../../sim/topology/topology.ts";
import type { Identity } from "../../stage/security.ts";
import type { PodSpec } from "../cluster.ts";
import type { StageFiles } from "./stage-files.ts";

/** Port of every pod's gRPC services. */
export const GRPC_PORT = 50051;
/** Port of every pod's Prometheus metrics. */
export const METRICS_PORT = 9464;
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
  /** Where several lines share a namespace: what the names of this one's objects end in. Left out: there is no other. */
  readonly run?: string;
  /** The stage service's, with its registry and tag. */
  readonly image: string;
  /** Of edgetwin. */
  readonly version: string;
  /** Minor version of the cluster: 24 for Kubernetes 1.24. */
  readonly minor: number;
  /** Who runs it, since when: annotations of what is found again. Left out: nobody says. */
  readonly owner?: Readonly<Record<string, string>>;
  /** All of the topology. */
  readonly nodes: readonly Node[];
  /** Files that stages read, by the stage's name. */
  readonly files: ReadonlyMap<string, StageFiles>;
  /** By which pods prove who they are: these, by the pod's name; in Secrets that somebody else makes; or none, in plaintext. */
  readonly certificates: ReadonlyMap<string, Identity> | "elsewhere" | "none";
}

/** Of a label's value. */
const LABEL_LENGTH = 63;
/** A pod's name is at most 63 characters long, of which its Deployment and ReplicaSet add 17 to this. */
const NAME_LENGTH = 46;

/** A name that objects of Kubernetes can have: a long one is cut, and told apart by a digest. */
export function shortened(name: string, length: number): string {
  if (name.length <= length) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, length - 9)}-${digest}`;
}

/** Name of an object of a run, unique in its namespace. @param name of the pod in the plan, or of what there is one of. */
export function objectName({ run }: Pick<KubernetesSettings, "run">, name: string): string {
  return run === undefined ? shortened(name, NAME_LENGTH) : `${shortened(name, NAME_LENGTH - run.length - 1)}-${run}`;
}

/** `app.kubernetes.io/instance`: what everything of a run is found by. */
export function instanceOf({ topology, namespace, run }: KubernetesSettings): string {
  return run === undefined ? namespace : `${topology}-${run}`;
}

/** Labels of everything of a run. */
export function labelsOf(settings: KubernetesSettings): Record<string, string> {
  const { topology, version } = settings;
  return {
    "app.kubernetes.io/name": "edgetwin",
    "app.kubernetes.io/instance": instanceOf(settings),
    "app.kubernetes.io/version": version,
    "app.kubernetes.io/part-of": topology,
    "app.kubernetes.io/managed-by": "edgetwin",
  };
}

/** Value of POD_LABEL. */
export function podLabel(name: string): string {
  return shortened(name, LABEL_LENGTH);
}

/** Labels by which a pod of a run is found; they never change, as Deployments' selectors can't. */
export function selectorOf(settings: KubernetesSettings, pod: Pick<PodSpec, "name">): Record<string, string> {
  return { "app.kubernetes.io/instance": instanceOf(settings), [POD_LABEL]: podLabel(pod.name) };
}
