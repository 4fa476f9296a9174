import type { Kubectl } from "./kubectl.ts";
import { Documents } from "./kubectl.ts";

/** What a run asks of Kubernetes' API in a namespace that is there already. */
export interface Rule {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verbs: readonly string[];
}

const MADE = ["create", "patch", "delete", "list"];

/** Of a run in a namespace that is there already: what a Role has to allow. */
export const NEEDED: readonly Rule[] = [
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

/** Of a run with namespaces of its own, besides. */
export const NEEDED_OF_CLUSTER: readonly Rule[] = [
  { group: "", resource: "namespaces", verbs: ["create", "patch", "delete", "get", "list", "watch"] },
];

interface Review {
  readonly spec: {
    readonly resourceAttributes: { readonly verb: string; readonly resource: string; readonly subresource?: string };
  };
  readonly status: { readonly allowed?: boolean };
}

/** What is needed and not allowed, such as `create deployments`, asked all at once. @param namespace left out: the whole cluster. */
export async function forbidden(kubectl: Kubectl, rules: readonly Rule[], namespace?: string): Promise<string[]> {
  const reviews = rules.flatMap(({ verbs, ...attributes }) =>
    verbs.map((verb) => ({
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { verb, ...attributes, ...(namespace !== undefined && { namespace }) } },
    })),
  );
  const input = reviews.map((review) => JSON.stringify(review)).join("\n");
  const text = await kubectl.run(["create", "--filename", "-", "--output", "json"], { input });
  const answers: Review[] = [];
  const documents = new Documents<Review>((review) => answers.push(review));
  for (const line of text.split("\n")) documents.line(line);
  return answers
    .filter(({ status }) => status.allowed !== true)
    .map(
      ({
        spec: {
          resourceAttributes: { verb, resource, subresource },
        },
      }) => `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}`,
    );
}
