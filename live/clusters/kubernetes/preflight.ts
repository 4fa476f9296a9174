import type { Node } from "../../../sim/topology/topology.ts";
import { CommandError } from "../../exec.ts";
import { DeploymentError } from "../cluster.ts";
import { type NamespaceJson, type NodeJson, selectorText, selects } from "./api.ts";
import type { Kubectl } from "./kubectl.ts";
import { unfit } from "./node-fitness.ts";
import { leftBehind } from "./owner.ts";
import { denied, OF_NAMESPACES, OF_RUN } from "./permissions.ts";
import { nodeSelector } from "./workload.ts";

export interface Wanted {
  /** One that is there already. */
  readonly namespace?: string;
  /** Of the topology: those that pods will be on. */
  readonly nodes: readonly Node[];
}

/**
 * Looks for what would fail later: rights, the namespace, a node for each of the topology's. Not for the image: what kubelets tell of
 * theirs may be a minute old, and a pod that has none fails at once.
 * @throws DeploymentError with every problem at once.
 */
export async function preflight(kubectl: Kubectl, wanted: Wanted, say: (line: string) => void): Promise<void> {
  const { namespace } = wanted;
  const problems: string[] = [];
  if (namespace !== undefined) {
    // Whether it is there may not be for everybody to ask: then what is done in it tells.
    const absent = await kubectl.run(["get", "namespace", namespace, "--output", "name"]).then(
      () => false,
      ({ message }: Error) => /NotFound/.test(message),
    );
    if (absent) problems.push(`namespace ${namespace} is not there: kubectl create namespace ${namespace}`);
  }
  const ask: Kubectl["run"] = (words, options) => kubectl.run(words, options);
  const missing =
    namespace === undefined
      ? [...(await denied(ask, OF_NAMESPACES)), ...(await denied(ask, OF_RUN))]
      : await denied(ask, OF_RUN, namespace);
  if (missing.length > 0) {
    const hint = namespace === undefined ? "; --namespace takes one that is there, and fewer rights" : "";
    problems.push(`this user lacks rights: ${missing.join(", ")}${hint}`);
  }
  const nodes = await kubectl.list<NodeJson>("nodes").catch((error: Error) => {
    if (!(error instanceof CommandError)) throw error;
    return null;
  });
  if (nodes !== null) problems.push(...wanted.nodes.flatMap((node) => nodeProblems(node, nodes)));
  if (problems.length > 0) throw new DeploymentError(problems.join("\n"));
  await sayLeftBehind(kubectl, say);
}

/** What keeps a pod from every machine that a node of the topology could be. */
export function nodeProblems(node: Node, nodes: readonly NodeJson[]): string[] {
  const selector = nodeSelector(node);
  const labelled = nodes.filter((one) => selects(selector, one));
  if (labelled.length === 0) {
    const there = nodes.map(({ metadata: { name, labels = {} } }) => {
      const telling = Object.entries(labels).filter(([key]) => key in selector || !/kubernetes\.io\//.test(key));
      return `\n  ${name}: ${selectorText(Object.fromEntries(telling)) || "no labels of its own"}`;
    });
    return [
      `nodes.${node.name}: no node of the cluster has labels ${selectorText(selector)}: kubectl label node NODE ${selectorText(selector).replaceAll(",", " ")}, or correct nodes.${node.name}.selector${there.join("")}`,
    ];
  }
  if (labelled.some((one) => unfit(one) === null)) return [];
  const why = labelled.map((one) => `${one.metadata.name} is ${unfit(one)}`).join("; ");
  const names = labelled.map(({ metadata }) => metadata.name).join(" ");
  return [`nodes.${node.name}: ${why}: kubectl describe node ${names}`];
}

async function sayLeftBehind(kubectl: Kubectl, say: (line: string) => void): Promise<void> {
  const mine = ["--selector", "app.kubernetes.io/managed-by=edgetwin"];
  const namespaces = await kubectl.list<NamespaceJson>("namespaces", mine).catch(() => []);
  const left = leftBehind(namespaces);
  if (left.length === 0) return;
  say("kubernetes: earlier runs have left these namespaces:");
  for (const { name, created, retained } of left) say(`  ${name}, of ${created}${retained ? ", retained" : ""}`);
  say(`  to delete them: kubectl delete namespace ${left.map(({ name }) => name).join(" ")}`);
}
