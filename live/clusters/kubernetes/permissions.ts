import { stringify } from "yaml";
import { CommandError } from "../../exec.ts";

/** What is asked of Kubernetes' API. */
export interface Rule {
  /** Of the API; empty for the core's. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verbs: readonly string[];
}

const MADE = ["create", "patch", "delete", "list"];

/** Of a run in a namespace that is there already. */
export const OF_RUN: readonly Rule[] = [
  { group: "", resource: "pods", verbs: ["get", "list", "watch", "delete"] },
  { group: "", resource: "pods", subresource: "log", verbs: ["get"] },
  { group: "", resource: "pods", subresource: "portforward", verbs: ["create"] },
  { group: "", resource: "services", verbs: MADE },
  { group: "", resource: "configmaps", verbs: MADE },
  { group: "", resource: "secrets", verbs: MADE },
  { group: "", resource: "events", verbs: ["list"] },
  { group: "apps", resource: "deployments", verbs: ["get", ...MADE] },
  { group: "apps", resource: "replicasets", verbs: ["list", "delete"] },
  { group: "networking.k8s.io", resource: "networkpolicies", verbs: MADE },
  { group: "policy", resource: "poddisruptionbudgets", verbs: MADE },
];

/** Of all that may be done in a namespace: a sweep is Jobs, and why pods are refused is in quotas. */
export const IN_NAMESPACE: readonly Rule[] = [
  ...OF_RUN,
  { group: "batch", resource: "jobs", verbs: ["get", ...MADE] },
  { group: "", resource: "resourcequotas", verbs: ["list"] },
];

/** Of a run with namespaces of its own, besides. */
export const OF_NAMESPACES: readonly Rule[] = [
  { group: "", resource: "namespaces", verbs: ["create", "patch", "delete", "get", "list", "watch"] },
];

/** A Role that allows all that may be done in a namespace, and no more. */
export function roleManifest(namespace: string, rules = IN_NAMESPACE): string {
  return stringify({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "edgetwin", namespace },
    rules: rules.map(({ group, verbs, ...rule }) => ({ apiGroups: [group], resources: [resourceText(rule)], verbs })),
  });
}

interface Review {
  readonly spec: { readonly resourceAttributes: Omit<Rule, "verbs"> & { readonly verb: string } };
  readonly status?: { readonly allowed?: boolean };
}

/**
 * What this user may not, such as `deployments (create patch)`: what `kubectl auth can-i` asks, all at once.
 * @param ask runs kubectl. @param namespace left out: the whole cluster.
 * @throws CommandError if the cluster does not say.
 */
export async function denied(
  ask: (words: readonly string[], options: { readonly input: string }) => Promise<string>,
  rules: readonly Rule[],
  namespace?: string,
): Promise<string[]> {
  const questions = rules.flatMap(({ verbs, ...rule }) =>
    verbs.map((verb) => ({
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { ...rule, verb, ...(namespace !== undefined && { namespace }) } },
    })),
  );
  const input = questions.map((question) => JSON.stringify(question)).join("\n");
  const text = await ask(["create", "--filename", "-", "--output", "json"], { input });
  // One document after the other, each indented.
  const answers = text.split(/\n(?=\{)/).filter((one) => one.trim() !== "");
  if (answers.length !== questions.length)
    throw new CommandError(`kubectl answered ${answers.length} of ${questions.length} questions`);
  const found = new Map<string, string[]>();
  for (const answer of answers) {
    const { spec, status } = JSON.parse(answer) as Review;
    const { verb, ...rule } = spec.resourceAttributes;
    const resource = resourceText(rule);
    if (status?.allowed !== true) found.set(resource, [...(found.get(resource) ?? []), verb]);
  }
  return Array.from(found, ([resource, verbs]) => `${resource} (${verbs.join(" ")})`);
}

function resourceText({ resource, subresource }: Pick<Rule, "resource" | "subresource">): string {
  return subresource === undefined ? resource : `${resource}/${subresource}`;
}
