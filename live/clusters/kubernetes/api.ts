// What kubectl prints as JSON, as far as it is read here. What the API may leave out is optional.

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly message?: string };
}

export interface PodJson {
  readonly kind: "Pod";
  readonly metadata: Metadata;
  readonly spec: {
    readonly nodeName?: string;
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly containers: readonly {
      readonly name: string;
      readonly image: string;
      readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
    }[];
  };
  readonly status: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
      readonly state?: ContainerState;
      readonly lastState?: ContainerState;
    }[];
  };
}

export interface DeploymentJson {
  readonly kind: "Deployment";
  readonly metadata: Metadata;
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface NodeJson {
  readonly kind: "Node";
  readonly metadata: Metadata;
  readonly spec: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
  readonly status: {
    readonly allocatable?: Readonly<Record<string, string>>;
    readonly conditions?: readonly Condition[];
    /** Names are `null` once another image has taken them. */
    readonly images?: readonly { readonly names?: readonly string[] | null }[];
    readonly nodeInfo: {
      readonly architecture: string;
      readonly kernelVersion: string;
      readonly kubeletVersion: string;
      readonly containerRuntimeVersion: string;
    };
  };
}

export interface EventJson {
  readonly kind: "Event";
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

export interface QuotaJson {
  readonly kind: "ResourceQuota";
  readonly metadata: Metadata;
  readonly status?: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly used?: Readonly<Record<string, string>>;
  };
}

export interface NamespaceJson {
  readonly kind: "Namespace";
  readonly metadata: Metadata;
}

export type Json = PodJson | DeploymentJson | NodeJson | EventJson | QuotaJson | NamespaceJson;

/** Labels of a node include all of a selector's. */
export function selects(selector: Readonly<Record<string, string>>, { metadata }: { readonly metadata: Metadata }) {
  return Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value);
}

export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((one) => one.type === type);
}

/** `role=edge,zone=a`, as kubectl has it. */
export function selectorText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
