import { GRPC_PORT, labelsOf, POD_LABEL } from "../kubernetes/settings.ts";
import type { KubernetesObject } from "../kubernetes/yaml.ts";

/** A Deployment of ours (`kubernetes/workload.ts`), as far as podman's pod differs from its. */
interface Workload extends KubernetesObject {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly securityContext: object;
        readonly automountServiceAccountToken: boolean;
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [Container];
        readonly volumes: readonly Volume[];
      };
    };
  };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly env: readonly Variable[];
  readonly resources: object;
  readonly securityContext: object;
  readonly volumeMounts: readonly object[];
}

interface Variable {
  readonly name: string;
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}

interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly emptyDir?: object;
}

/** A pod as `podman kube play` takes it. */
export interface PlayedPod {
  /** By which the other pods find it. */
  readonly alias: string;
  /** Podman's names, which are the machine's: no other deployment has them. */
  readonly pod: string;
  readonly container: string;
  /** The volumes that it needs; to be played once, before the pod itself, which may be played again. */
  readonly volumes: readonly KubernetesObject[];
  readonly objects: readonly KubernetesObject[];
}

/** What podman is to be told besides the manifests. */
export interface Place {
  /** Of the run: what the names of its objects begin with. */
  readonly run: string;
  /** This machine's name. */
  readonly machine: string;
  /** Where this machine reaches the pods: an address of its own, and a port for each of them in turn. */
  readonly host: string;
  readonly ports: readonly number[];
}

/**
 * Turns manifests for Kubernetes (`manifests()`) into what podman 4.3 and later make the same of:
 * - Pods, not Deployments: podman does not start them again, so that one that ends unasked is known to have ended;
 * - no Services, NetworkPolicies, budgets: names are the network's, and it is the deployment's own;
 * - no probes, which podman leaves to systemd: the driver asks for itself;
 * - every volume is claimed by name and labelled: podman names an emptyDir's after the volume, so that all pods would share it;
 * - `spec.nodeName`, which podman does not know, is this machine's name.
 * @returns pods in the order of their Deployments. @throws RangeError for a volume or a variable that there is no rule for.
 */
export function podmanPods(objects: readonly KubernetesObject[], place: Place): PlayedPod[] {
  const workloads = objects.filter((object): object is Workload => object.kind === "Deployment");
  return workloads.map((workload, i) => playedPod(workload, objects, place.ports[i]!, place));
}

function playedPod(
  { metadata: { name }, spec: { template } }: Workload,
  all: readonly KubernetesObject[],
  hostPort: number,
  { run, machine, host }: Place,
): PlayedPod {
  const { containers, volumes, securityContext, automountServiceAccountToken, terminationGracePeriodSeconds } =
    template.spec;
  const [{ name: containerName, image, imagePullPolicy, env, resources, securityContext: restricted, volumeMounts }] =
    containers;
  const { labels } = template.metadata;
  const unique = (what: string) => `${run}-${what}`;
  const claims: string[] = [];
  const configMaps = all.filter(
    ({ kind, metadata }) => kind === "ConfigMap" && podOf(metadata.labels) === podOf(labels),
  );
  const claimed = volumes.map((volume) => {
    if (volume.configMap !== undefined) {
      claims.push(unique(volume.configMap.name));
      return { ...volume, configMap: { ...volume.configMap, name: unique(volume.configMap.name) } };
    }
    if (volume.emptyDir === undefined)
      throw new RangeError(`pod ${name}: volume ${volume.name}: podman is to know what it is`);
    // No pod has a dot in its name.
    const claimName = unique(`${name}.${volume.name}`);
    claims.push(claimName);
    return { name: volume.name, persistentVolumeClaim: { claimName } };
  });
  const pod: KubernetesObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: unique(name), labels },
    spec: {
      hostname: name,
      restartPolicy: "Never",
      automountServiceAccountToken,
      securityContext,
      terminationGracePeriodSeconds,
      containers: [
        {
          ...{ name: containerName, image, imagePullPolicy, resources, securityContext: restricted, volumeMounts },
          env: env.map((variable) => told(variable, name, machine)),
          ports: [{ name: "grpc", containerPort: GRPC_PORT, hostIP: host, hostPort }],
        },
      ],
      volumes: claimed,
    },
  };
  return {
    alias: name,
    pod: unique(name),
    container: `${unique(name)}-${containerName}`,
    volumes: claims.map((claim) => claimOf(claim, labels)),
    objects: [
      ...configMaps.map(({ metadata, ...rest }): KubernetesObject => {
        return { ...rest, metadata: { name: unique(metadata.name), labels } };
      }),
      pod,
    ],
  };
}

/** What podman would not look up. */
function told(variable: Variable, pod: string, machine: string): object {
  const field = variable.valueFrom?.fieldRef.fieldPath;
  if (field === undefined || field === "metadata.name") return variable;
  if (field === "spec.nodeName") return { name: variable.name, value: machine };
  throw new RangeError(`pod ${pod}: variable ${variable.name}: podman is to know what ${field} is`);
}

/** A volume of podman's with labels; how large it says it is means nothing to podman. */
function claimOf(name: string, labels: Readonly<Record<string, string>>): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, labels },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "64Mi" } } },
  };
}

function podOf(labels: unknown): string | undefined {
  return (labels as Readonly<Record<string, string>> | undefined)?.[POD_LABEL];
}

/** What podman's own commands are told of a run's objects: `--label` each. */
export function labelFlags(settings: Parameters<typeof labelsOf>[0]): string[] {
  return Object.entries(labelsOf(settings)).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
}

/** Addresses of a pod in its deployment's network. */
export interface Addresses {
  readonly ip: string;
  readonly mac: string;
}

/**
 * Addresses of its own for a pod, which it keeps when it is started afresh: who is connected to it looks its name up at most every
 * half a minute, and kernels may send to the Ethernet address that they know for as long.
 * @param subnet of the network: `10.89.1.0/24`, whose first address is the gateway's. @param index from 0.
 * @throws RangeError if the subnet is full.
 */
export function addressesIn(subnet: string, index: number): Addresses {
  const [base, bits] = subnet.split("/") as [string, string];
  const offset = 2 + index;
  if (offset > 2 ** (32 - Number(bits)) - 2)
    throw new RangeError(`network ${subnet} has no address left for pod ${index + 1}`);
  const first = base.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor((first + offset) / 2 ** shift) % 256);
  // Of those that nobody is assigned by a maker (IEEE 802c).
  const mac = [2, 0x42, ...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  return { ip: bytes.join("."), mac: mac.join(":") };
}
