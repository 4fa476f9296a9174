import { stringify } from "yaml";
import { CommandError, type Runner } from "../exec.ts";
import { type Check, checksOf } from "./check.ts";

/** What is asked of Kubernetes' API. */
export interface Rule {
  /** Of the API; empty for the core's. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verbs: readonly string[];
}

const MADE = ["create", "patch", "delete", "get", "list"];

/** All that a run, or a sweep, does in a namespace that is there already. */
export const RULES: readonly Rule[] = [
  { group: "", resource: "pods", verbs: ["get", "list", "watch", "delete"] },
  { group: "", resource: "pods", subresource: "log", verbs: ["get"] },
  { group: "", resource: "pods", subresource: "portforward", verbs: ["create"] },
  { group: "", resource: "services", verbs: MADE },
  { group: "", resource: "configmaps", verbs: MADE },
  { group: "", resource: "secrets", verbs: MADE },
  { group: "", resource: "events", verbs: ["list", "watch"] },
  { group: "", resource: "resourcequotas", verbs: ["list"] },
  { group: "apps", resource: "deployments", verbs: [...MADE, "watch"] },
  { group: "apps", resource: "replicasets", verbs: ["list", "delete"] },
  { group: "batch", resource: "jobs", verbs: MADE },
  { group: "networking.k8s.io", resource: "networkpolicies", verbs: MADE },
  { group: "policy", resource: "poddisruptionbudgets", verbs: MADE },
];

/** What a run with a namespace of its own needs of the whole cluster; without, it is given one that is there. */
const OF_CLUSTER: readonly Rule[] = [{ group: "", resource: "namespaces", verbs: ["create", "delete"] }];

/** A Role that allows just that. */
export function roleManifest(namespace: string): string {
  return stringify({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "edgetwin", namespace },
    rules: RULES.map(({ group, verbs, ...rule }) => ({ apiGroups: [group], resources: [resourceText(rule)], verbs })),
  });
}

/** Whether this user may do all that. @param namespace where. */
export async function rightsChecks(runner: Runner, namespace: string): Promise<Check[]> {
  const { ok, warning, wrong, unknown } = checksOf("rights");
  try {
    const denied = await deniedOf(runner, RULES, namespace);
    const count = RULES.reduce((sum, { verbs }) => sum + verbs.length, 0);
    const inside =
      denied.length === 0
        ? ok(`in ${namespace}`, `all ${count} that a run needs`)
        : wrong(
            `in ${namespace}`,
            `not allowed: ${denied.join(", ")}`,
            `edgetwin doctor --role --namespace ${namespace} | kubectl apply -f -, by somebody who may, and a RoleBinding`,
          );
    const all = await deniedOf(runner, OF_CLUSTER);
    const whole =
      all.length === 0
        ? ok("namespaces", "a run may have one of its own")
        : warning(
            "namespaces",
            `not allowed: ${all.join(", ")}`,
            "runs have to be given one that is there: --namespace NAME",
          );
    return [inside, whole];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [unknown("rights", "the cluster does not say", `${error.message.trim().split("\n").at(-1)}`)];
  }
}

interface Review {
  readonly spec: { readonly resourceAttributes: Omit<Rule, "verbs"> & { readonly verb: string } };
  readonly status?: { readonly allowed?: boolean };
}

/** What is not allowed, such as `deployments (create patch)`: what `kubectl auth can-i` asks, all at once. */
async function deniedOf(runner: Runner, rules: readonly Rule[], namespace?: string): Promise<string[]> {
  const items = rules.flatMap(({ verbs, ...rule }) =>
    verbs.map((verb) => ({
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { ...rule, verb, ...(namespace === undefined ? {} : { namespace }) } },
    })),
  );
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const text = await runner.run(["kubectl", "create", "--filename", "-", "--output", "json"], { input });
  // One document after the other.
  const reviews =
    text.trim() === ""
      ? []
      : text
          .trim()
          .split(/\n(?=\{)/)
          .map((one) => JSON.parse(one) as Review);
  if (reviews.length !== items.length)
    throw new CommandError(`kubectl answered ${reviews.length} of ${items.length} questions`);
  const denied = new Map<string, string[]>();
  for (const { spec, status } of reviews) {
    const { verb, ...rule } = spec.resourceAttributes;
    const resource = resourceText(rule);
    if (status?.allowed !== true) denied.set(resource, [...(denied.get(resource) ?? []), verb]);
  }
  return Array.from(denied, ([resource, verbs]) => `${resource} (${verbs.join(" ")})`);
}

function resourceText({ resource, subresource }: Pick<Rule, "resource" | "subresource">): string {
  return subresource === undefined ? resource : `${resource}/${subresource}`;
}
