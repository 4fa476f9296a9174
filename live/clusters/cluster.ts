import type { Compression } from "../../sim/compression.ts";
import type { Fingerprint } from "../../sim/profile.ts";
import type { Link } from "../../sim/topology/topology.ts";
import type { PodConfigInput } from "../stage/config.ts";
import type { Identity } from "../stage/security.ts";
import type { LinkShape } from "./relay.ts";

/** Where pods can be deployed. */
export const CLUSTERS = ["processes", "podman", "kubernetes"] as const;
export type ClusterName = (typeof CLUSTERS)[number];

/** A pod to be deployed; its hop is told by the cluster, which knows the addresses. */
export interface PodSpec {
  readonly name: string;
  readonly node: string;
  /** On an emulated node: what the pod is held to, by size of the frames. Left out: the node is real. */
  readonly emulate?: NonNullable<PodConfigInput["emulate"]>;
  readonly stages: PodConfigInput["stages"];
  readonly baseDirectory: string;
  /** Name of the pod before it, an address of the driver's (`host:port`), or `null` for the source's pod. */
  readonly upstream: { readonly pod: string } | { readonly address: string } | null;
  /** For calibration: compute only so many frames, then send copies of them; 0 or left out: compute all. */
  readonly replay?: number;
  /** The link that its hop from upstream crosses; `null`: loopback. */
  readonly link: Link | null;
  /** Of the frames on that hop; left out: none. */
  readonly compression?: Compression;
  /** Threads that compute while the pod's own handles messages; 0 or left out: its own does both. */
  readonly workers?: number;
  /** Of the container; left out: the cluster's. */
  readonly image?: string;
}

export interface Deployment {
  /** Address (`host:port`) at which the driver reaches a pod. */
  address(pod: string): string;
  /** Address of a pod as seen across a link that one of its hops crosses. */
  addressAcross(pod: string, link: Link): string;
  /** Who the driver is to the pods; `null`: they speak plaintext. */
  readonly identity: Identity | null;
  /**
   * Resolves with the reason when a pod or link ends that nobody asked to end, and nothing starts it again. Where the cluster
   * does start a pod again, as a kubelet does, that is no break: it is one when the cluster has given up.
   */
  readonly broken: Promise<string>;
  /** CPU seconds that emulating a link has taken so far; 0 for a real one. */
  linkCpu(link: Link): Promise<number>;
  /**
   * Ends a pod, at once (`SIGKILL`) or drained (`SIGTERM`), and starts it afresh at the same address, as a kubelet would.
   * @param away It does not serve before so many seconds have passed; on a real cluster, as soon as that can. Left out: at once.
   * @returns its exit code, `null` if a signal ended it.
   */
  replace(pod: string, signal?: "SIGKILL" | "SIGTERM", away?: number): Promise<number | null>;
  /**
   * Starts more pods beside those that are there, whose upstream may be one of these, and resolves when all of them serve.
   * @param pods with names that are not taken. @throws DeploymentError with the log of one that does not start; then none of them is left.
   */
  extend(pods: readonly PodSpec[]): Promise<void>;
  /** Drains and ends some of the pods; resolves when they are gone. Names that are not there are passed over. */
  remove(pods: readonly string[]): Promise<void>;
  /** Makes a link another one from now on. @throws Error where links are real. */
  shape(link: Link, shape: LinkShape): Promise<void>;
  /** Drains and ends all of it; safe to call twice. */
  stop(): Promise<void>;
}

/** What pods run on, and in. */
export type Surroundings = Pick<Fingerprint, "cluster" | "image" | "machines">;

/** One of them. */
export interface Cluster {
  readonly name: ClusterName;
  /** Nodes and links are what they are, and CPU limits are kept to; else this machine stands for all of them, emulated. */
  readonly real: boolean;
  /**
   * Starts pods and links and resolves when all of them serve.
   * @param logs folder for one log file a pod. @throws DeploymentError with the pod's last log lines.
   */
  deploy(pods: readonly PodSpec[], logs: string, signal?: AbortSignal): Promise<Deployment>;
  /** The machines behind nodes of the topology, as pods there see them. @param logs as of `deploy`. @throws DeploymentError */
  surroundings(nodes: readonly string[], logs: string, signal?: AbortSignal): Promise<Surroundings>;
}

/** A pod or a link could not be started, or ended early. */
export class DeploymentError extends Error {
  override readonly name = "DeploymentError";
}
