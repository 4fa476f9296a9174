import {
  conditionOf,
  type EventJson,
  type NodeJson,
  type PodJson,
  type QuotaJson,
  selectorText,
  selects,
} from "./api.ts";
import { lastWords, nameOf, type Trouble } from "./troubles.ts";

/** What is known of a deployment that failed. */
export interface FailedDeployment {
  readonly namespace: string;
  readonly image: string;
  /** Seconds that it was waited for. */
  readonly waited: number;
  /** All that were to serve, and on which node of the topology; those that do. */
  readonly pods: readonly { readonly name: string; readonly node: string }[];
  readonly serving: readonly string[];
  readonly troubles: readonly Trouble[];
  /** Of each node of the topology. */
  readonly selectors: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly found: readonly PodJson[];
  readonly events: readonly EventJson[];
  readonly quotas: readonly QuotaJson[];
  /** `null`: nobody may list them. */
  readonly nodes: readonly NodeJson[] | null;
  /** Folder of the logs. */
  readonly logs: string;
}

const EVENTS = 4;
const LINES = 5;
const LONGEST_LINE = 240;
/** Pods with one and the same trouble are told of once. */
const NAMES = 6;

/** Why a deployment failed, on one page: of each pod in trouble what the cluster says of it, and what to try next. */
export function failurePage(failed: FailedDeployment): string {
  const { namespace, waited, pods, serving, troubles, logs } = failed;
  const missing = pods.filter(({ name }) => !serving.includes(name)).map(({ name }) => name);
  const head = [
    `${missing.length} of ${pods.length} pods in namespace ${namespace} did not start within ${waited.toFixed(0)} s: ${listed(missing)}`,
    ...(serving.length === 0 ? [] : [`  these serve: ${listed(serving)}`]),
  ];
  // Names and addresses differ between pods that suffer from the same.
  const alike = Map.groupBy(troubles, (trouble) => {
    return `${trouble.cause} ${nodeOf(failed, trouble)} ${alikeText(trouble.message)}`;
  });
  const sections = [...alike.values()].map((group) => sectionOf(failed, group));
  const untold = missing.filter((name) => !troubles.some(({ pod }) => pod === name));
  if (troubles.length === 0) sections.push(["nothing is wrong with them: they take long", ...eventsOf(failed, untold)]);
  return [...head, ...sections.flatMap((lines) => ["", ...lines]), "", `logs: ${logs}`].join("\n");
}

function sectionOf(failed: FailedDeployment, troubles: readonly Trouble[]): string[] {
  const [{ cause, message }] = troubles as [Trouble];
  const names = troubles.map(({ pod }) => pod);
  const node = nodeOf(failed, troubles[0]!);
  const found = failed.found.filter(({ metadata }) => names.includes(nameOf(metadata)));
  const on = [...new Set(found.flatMap(({ spec }) => spec.nodeName ?? []))];
  const words = found.flatMap(lastWords).slice(-LINES);
  return [
    `${listed(names)}, for node ${node} of the topology: ${brief(message)}`,
    ...(cause === "scheduling" ? scheduling(failed, node, found) : []),
    ...(cause === "image" ? imageOn(failed, on) : []),
    ...(cause === "refused" ? quotasOf(failed) : []),
    ...eventsOf(failed, names, message),
    ...(words.length === 0 ? [] : ["  last lines of its log:", ...words.map((line) => `    ${line}`)]),
    `  next: ${nextStep(failed, troubles[0]!, node, on)}`,
  ];
}

function nodeOf({ pods }: FailedDeployment, { pod }: Trouble): string {
  return pods.find(({ name }) => name === pod)?.node ?? "?";
}

/** The nodes beside what is asked of them. */
function scheduling({ selectors, nodes }: FailedDeployment, node: string, pods: readonly PodJson[]): string[] {
  const selector = selectors.get(node) ?? {};
  const { cpu = "no", memory = "no" } = pods[0]?.spec.containers[0]?.resources?.requests ?? {};
  const lines = [
    `  it asks for a node with labels ${selectorText(selector)}, which has ${cpu} CPU and ${memory} of memory left`,
  ];
  if (nodes === null) return [...lines, "  which nodes there are can't be listed: that takes the right to list nodes"];
  return [
    ...lines,
    ...nodes.map((one) => {
      const { labels = {} } = one.metadata;
      // The labels that every node has by itself tell nothing, unless they are asked for.
      const telling = Object.entries(labels).filter(([key]) => key in selector || !/kubernetes\.io\//.test(key));
      const text = selectorText(Object.fromEntries(telling)) || "no labels of its own";
      return `    node ${one.metadata.name}: ${selects(selector, one) ? "has them" : "has not"}; ${[text, ...stateOf(one)].join("; ")}`;
    }),
  ];
}

function stateOf({ spec, status }: NodeJson): string[] {
  const { cpu, memory } = status.allocatable ?? {};
  return [
    ...(conditionOf(status.conditions, "Ready")?.status === "True" ? [] : ["not ready"]),
    ...(spec.unschedulable ? ["cordoned"] : []),
    ...(spec.taints ?? []).map(({ key, value, effect }) => `taint ${key}${value ? `=${value}` : ""}:${effect}`),
    ...(cpu === undefined ? [] : [`${cpu} CPU, ${memory} in all`]),
  ];
}

/** Nodes that say which images they have list up to 50. */
function imageOn({ nodes, image }: FailedDeployment, on: readonly string[]): string[] {
  return (nodes ?? [])
    .filter(({ metadata }) => on.includes(metadata.name))
    .map(({ metadata, status }) => {
      const has = status.images?.some(({ names }) => names?.includes(image)) ?? false;
      return `  image ${image}: node ${metadata.name} ${has ? "lists it" : "does not list it"}`;
    });
}

function quotasOf({ quotas }: FailedDeployment): string[] {
  return quotas.map(({ metadata, status }) => {
    const { hard = {}, used = {} } = status ?? {};
    const all = Object.entries(hard).map(([key, most]) => `${key} ${used[key] ?? 0} of ${most}`);
    return `  quota ${metadata.name}: ${all.join(", ")}`;
  });
}

/** The latest of what happened to pods, each once. @param told what need not be said again. */
function eventsOf({ events, found }: FailedDeployment, names: readonly string[], told = ""): string[] {
  const known = told.slice(told.indexOf(": ") + 1).trim();
  const objects = new Set(
    found.filter(({ metadata }) => names.includes(nameOf(metadata))).map(({ metadata }) => metadata.name),
  );
  const lines = events
    .filter(({ type, involvedObject }) => type === "Warning" && objects.has(involvedObject.name))
    .filter(({ message = "" }) => known === "" || !message.replace(/\s+/g, " ").includes(known))
    .sort((a, b) => timeOf(a) - timeOf(b))
    .map(({ reason, message, count }) => {
      const often = (count ?? 1) > 1 ? ` (${count} times)` : "";
      return `    ${reason}: ${brief(message ?? "")}${often}`;
    });
  const latest = [...new Map(lines.map((line) => [alikeText(line), line])).values()].slice(-EVENTS);
  return latest.length === 0 ? [] : ["  events:", ...latest];
}

function timeOf({ lastTimestamp, eventTime }: EventJson): number {
  return Date.parse(lastTimestamp ?? eventTime ?? "") || 0;
}

function nextStep(failed: FailedDeployment, { cause, message }: Trouble, node: string, on: readonly string[]): string {
  const { image, namespace, selectors, nodes } = failed;
  switch (cause) {
    case "scheduling": {
      const selector = selectors.get(node) ?? {};
      const fitting = (nodes ?? []).filter((one) => selects(selector, one));
      if (fitting.length === 0) {
        return `kubectl label node NODE ${selectorText(selector).replaceAll(",", " ")}, or correct nodes.${node}.selector in the topology`;
      }
      return `kubectl describe node ${fitting.map(({ metadata }) => metadata.name).join(" ")}: what else runs there, and what is left`;
    }
    case "image":
      return image.startsWith("localhost/")
        ? `edgetwin image build, then load ${image} into ${on.join(", ") || `node ${node}`}; or --push it to a registry, and name it with --image`
        : `docker pull ${image} here tells whether it is there; a private registry asks for credentials: kubectl create secret docker-registry --help`;
    case "refused":
      if (/must specify/.test(message))
        return `a quota of ${namespace} asks for limits that pods do not have: kubectl explain limitrange.spec.limits tells how a LimitRange gives them some; nodes.${node}.cpus is one of CPU`;
      if (/PodSecurity|admission webhook/.test(message))
        return "a policy of the cluster refuses the pod as it is: the message names the rule";
      return `kubectl --namespace ${namespace} describe resourcequota; fewer pods at a time take --groupings`;
    case "configuration":
      return `kubectl --namespace ${namespace} get configmaps,secrets: what it mounts is not there or not readable (--retain keeps it to look at)`;
    case "crash":
      return "what its log says; --retain keeps the pods to look at";
  }
}

/** What is the same in messages that differ in names, addresses and counts. */
function alikeText(message: string): string {
  return message.replace(/"[^"]*"|\(\d+ times\)|\d+(?:[.:]\d+)*/g, "");
}

/** In one line that can be read: what was tried comes first, why it failed last. */
function brief(message: string): string {
  const line = message.replace(/\s+/g, " ").trim();
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE / 2)} ... ${line.slice(-LONGEST_LINE / 2)}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES;
  return `${names.slice(0, NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
