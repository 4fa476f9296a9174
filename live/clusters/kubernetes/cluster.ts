import { randomBytes } from "node:crypto";
import type { Node } from "../../../sim/topology/topology.ts";
import { dryRunner, programs, type Starter } from "../../exec.ts";
import { newAuthority } from "../certificates.ts";
import type { Cluster, PodSpec } from "../cluster.ts";
import { askPods } from "../surroundings.ts";
import { KubernetesDeployment } from "./deployment.ts";
import { Kubectl } from "./kubectl.ts";
import { ownerOf } from "./owner.ts";
import { type KubernetesSettings, shortened } from "./settings.ts";
import { stageFiles } from "./stage-files.ts";

export interface KubernetesOptions {
  /** Name and nodes of the topology. */
  readonly topology: { readonly name: string; readonly nodes: readonly Node[] };
  /** The stage service's, with its registry and tag. */
  readonly image: string;
  /** One that is there already; left out: each deployment has one of its own. */
  readonly namespace?: string;
  /** Pods do not prove who they are; else they speak mTLS. */
  readonly plaintext: boolean;
  /** The last deployment stays when it is stopped. */
  readonly retain: boolean;
  /** Of edgetwin. */
  readonly version: string;
  /** Minor version of the cluster: 24 for Kubernetes 1.24. */
  readonly minor: number;
  readonly starter: Starter;
  /** The starter only says what it would do. */
  readonly dryRun: boolean;
  readonly say: (line: string) => void;
}

/** Longest name of a namespace. */
const LONGEST = 63;
const RANDOM_BYTES = 3;
/** What a dry run has in place of something random. */
const ANY = "RANDOM";

/** Pods on the cluster that kubectl reaches. */
export function kubernetes(options: KubernetesOptions): Cluster {
  const { topology, image, namespace, plaintext, retain, version, minor, starter, dryRun, say } = options;
  const { name, nodes } = topology;
  /** Only one is retained, the last: all of them together would leave the next no room. */
  let kept: KubernetesDeployment | null = null;
  const deploy = async (pods: readonly PodSpec[], logs: string, signal?: AbortSignal) => {
    await kept?.discard();
    kept = null;
    const run = dryRun ? ANY : randomBytes(RANDOM_BYTES).toString("hex");
    const settings: KubernetesSettings = {
      ...{ topology: name, image, version, minor, nodes },
      namespace: namespace ?? `${shortened(`edgetwin-${name}`, LONGEST - run.length - 1)}-${run}`,
      existing: namespace !== undefined,
      ...(namespace === undefined ? {} : { run }),
      ...(dryRun ? {} : { owner: ownerOf(retain) }),
      files: stageFiles(pods),
      // Keys are not printed.
      certificates: plaintext ? "none" : dryRun ? "elsewhere" : new Map(),
    };
    const authority = plaintext || dryRun ? null : await newAuthority();
    const kubectl = new Kubectl(starter, settings.namespace);
    const deployment = new KubernetesDeployment(pods, { kubectl, settings, authority, logs, retain, dryRun, say });
    if (retain) kept = deployment;
    try {
      await deployment.start(signal);
    } catch (error) {
      await deployment.stop();
      throw error;
    }
    return deployment;
  };
  return {
    name: "kubernetes",
    real: true,
    deploy,
    // What messages cost depends on whether they are encrypted.
    surroundings: (...asked) =>
      askPods({ name: plaintext ? "kubernetes in plaintext" : "kubernetes", deploy, image, dryRun }, ...asked),
  };
}

/** Runs kubectl, or in a dry run says what it would be given. */
export function starterOf(dryRun: boolean): Starter {
  return dryRun ? dryRunner((text) => void process.stdout.write(text)) : programs;
}
