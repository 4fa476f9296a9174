import { NODE_LABEL } from "../clusters/kubernetes/settings.ts";

/**
 * Labels of a Kubernetes node that stands for a topology's node: what that selects if its `selector` says nothing, and the role that
 * the examples select.
 */
export function nodeLabels(node: string, role: "edge" | "server"): Record<string, string> {
  return { [NODE_LABEL]: node, role };
}

/** As `kubectl label` takes them. */
export function labelWords(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`);
}
