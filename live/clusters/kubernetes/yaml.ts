import { stringify } from "yaml";

/** Kubernetes takes no larger ConfigMap: 1 MiB, names and all. */
export const MOST_BYTES = 1_000_000;

/** An object of Kubernetes' API, as far as everything here needs to know it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** Objects as `kubectl apply` takes them: one YAML document each. */
export function manifestsYaml(objects: readonly KubernetesObject[]): string {
  return objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n");
}
