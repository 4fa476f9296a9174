import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import type { Topology } from "../../../sim/topology/topology.ts";
import { CommandError, type Runner } from "../../exec.ts";
import { type Cluster, DeploymentError, type PodSpec } from "../cluster.ts";
import { freePorts } from "../free-ports.ts";
import { manifests } from "../kubernetes/manifests.ts";
import type { KubernetesSettings } from "../kubernetes/settings.ts";
import { stageFiles } from "../kubernetes/stage-files.ts";
import { askPods } from "../surroundings.ts";
import { PodmanDeployment, type PodmanPod } from "./deployment.ts";
import { labelFlags, podmanPods } from "./dialect.ts";

/** Where the driver reaches pods: nobody else's machine does. */
const HOST = "127.0.0.1";
/** What manifests are written for before podman's dialect of them: nothing in it depends on the version. */
const MINOR = 25;
/** Of a dry run, in which nothing listens. */
const FIRST_DRY_PORT = 40001;

export interface PodmanSettings {
  readonly topology: Pick<Topology, "name" | "nodes">;
  /** The stage service's. */
  readonly image: string;
  /** Of edgetwin. */
  readonly version: string;
  /** Pods stay when a deployment is stopped, and what deletes them is said. */
  readonly retain: boolean;
  /** The runner runs nothing. */
  readonly dryRun: boolean;
  readonly runner: Runner;
  readonly say: (line: string) => void;
}

/** Pods as podman's, on this machine: containers in a network of their own, with the CPU limits of their nodes. */
export function podman(settings: PodmanSettings): Cluster {
  const { image, dryRun } = settings;
  const of: Pick<Cluster, "name" | "deploy"> = {
    name: "podman",
    deploy: (pods, logs, signal) => deploy(pods, logs, settings, signal),
  };
  return { ...of, real: true, surroundings: (...asked) => askPods({ ...of, image, dryRun }, ...asked) };
}

async function deploy(
  pods: readonly PodSpec[],
  logs: string,
  settings: PodmanSettings,
  signal: AbortSignal | undefined,
): Promise<PodmanDeployment> {
  const { topology, image, version, dryRun } = settings;
  const { name, nodes } = topology;
  const run = `edgetwin-${name}-${dryRun ? "RUN" : randomBytes(4).toString("hex")}`;
  // On one machine, in a network of their own, pods have nobody to hide from: they speak plaintext.
  const certificates = "none";
  const described: KubernetesSettings = {
    ...{ topology: name, namespace: run, existing: true, image, version, minor: MINOR, nodes, certificates },
    files: new Map(),
  };
  const describe = async (pods: readonly PodSpec[]): Promise<PodmanPod[]> => {
    const ports = dryRun ? pods.map((_, i) => FIRST_DRY_PORT + i) : await freePorts(pods.length);
    const objects = manifests(pods, { ...described, files: stageFiles(pods) });
    const played = podmanPods(objects, { run, machine: dryRun ? "MACHINE" : hostname(), host: HOST, ports });
    return played.map((pod, i) => ({ ...pod, name: pods[i]!.name, address: `${HOST}:${ports[i]}` }));
  };
  if (!dryRun) mkdirSync(logs, { recursive: true });
  const deployment = new PodmanDeployment({ ...settings, run, labels: labelFlags(described), logs, describe });
  try {
    await deployment.start(pods, signal);
  } catch (error) {
    await deployment.stop();
    throw error instanceof CommandError ? new DeploymentError(error.message) : error;
  }
  return deployment;
}
