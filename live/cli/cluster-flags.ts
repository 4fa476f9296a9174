import { InvalidArgumentError } from "commander";
import type { ExtraLabel } from "../provision/k3s-preflight.ts";
import { parseTarget, type Target } from "../provision/target.ts";

// Parsers of what only `edgetwin cluster` is told.

export function server(text: string): Target {
  return target(text, "server");
}

/** Of a flag that may be repeated. */
export function agents(text: string, before: readonly Target[] = []): readonly Target[] {
  return [...before, target(text, "edge")];
}

function target(text: string, node: string): Target {
  const parsed = parseTarget(text, node);
  if (parsed === null)
    throw new InvalidArgumentError("[node=][user@]host[:port] such as edge=lab@xavier or root@10.0.0.5:2222");
  return parsed;
}

/** Of a flag that may be repeated. */
export function labels(text: string, before: readonly ExtraLabel[] = []): readonly ExtraLabel[] {
  const [, node, label] =
    /^([a-z0-9-]+):((?:[a-z0-9.-]+\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?=(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?)$/.exec(
      text,
    ) ?? [];
  if (node === undefined || label === undefined)
    throw new InvalidArgumentError("a node and a Kubernetes label of it, such as edge:zone=lab");
  return [...before, { node, label }];
}

/** Without user or port. */
export function host(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(text)) throw new InvalidArgumentError("a host's name or IPv4 address");
  return text;
}

export function k3sVersion(text: string): string {
  if (!/^v\d+\.\d+\.\d+(?:-rc\d+)?\+k3s\d+$/.test(text))
    throw new InvalidArgumentError("a release of k3s such as v1.33.6+k3s1 (github.com/k3s-io/k3s/releases)");
  return text;
}

/** `1.33.1` of `v1.33.1`. */
export function kubernetesVersion(text: string): string {
  const version = /^v?(1\.\d+\.\d+)$/.exec(text)?.[1];
  if (version === undefined)
    throw new InvalidArgumentError("a version that kindest/node has an image of, such as 1.33.1");
  return version;
}

/** Of a kind cluster: its containers are called so. */
export function clusterName(text: string): string {
  if (!/^[a-z0-9][a-z0-9.-]{0,40}$/.test(text))
    throw new InvalidArgumentError("lower-case letters, digits, '.' and '-', at most 41");
  return text;
}
