import { loadLabel } from "../load.ts";
import type { KernelCatalogue } from "./catalogue.ts";
import { checkDisturbances } from "./check-disturbances.ts";
import { checkSplits } from "./check-splits.ts";
import { checkStages } from "./check-stages.ts";
import type { Draft } from "./draft.ts";
import { notOneOf, repeated } from "./findings.ts";
import { type Finding, type Path, valueText } from "./problem.ts";
import { nameSchema } from "./schema.ts";
import { sizeText } from "./size.ts";

/**
 * Everything that is wrong with how the parts of a topology fit together. Parts that the draft lacks were found before and
 * are passed over. A complete topology is a draft too.
 */
export function check(draft: Draft, catalogue: KernelCatalogue): Finding[] {
  return [
    ...checkHosts(draft),
    ...checkNodes(draft),
    ...checkLinks(draft),
    ...checkStages(draft, catalogue),
    ...checkWorkload(draft),
    ...checkSplits(draft),
    ...checkDisturbances(draft),
  ];
}

function checkHosts({ hosts }: Draft): Finding[] {
  return hosts.flatMap(({ name }) => badName(name, ["hosts", name]));
}

function checkNodes({ nodes, hosts }: Draft): Finding[] {
  const names = hosts.map((host) => host.name);
  return nodes.flatMap(({ name, letter, host, cpus, quota, power }, index) => {
    const path = ["nodes", name];
    const findings = badName(name, path);
    const first = nodes.findIndex((node) => node.letter === letter);
    if (letter !== undefined && first < index) {
      findings.push({
        path: [...path, "letter"],
        value: letter,
        message: `${letter} is already the letter of ${nodes[first]!.name}`,
        allowed: "a letter of its own for each node",
      });
    }
    if (host !== undefined) findings.push(...notOneOf(host, names, "host", [...path, "host"]));
    if (cpus !== undefined && quota !== undefined) {
      const message = "a limit of each pod and one of all together are not modelled at once";
      findings.push({ path: [...path, "quota"], value: quota, message, allowed: "cpus or quota" });
    }
    if (power !== undefined && power.busy < power.idle) {
      const message = `${power.busy} W busy is less than idle`;
      const allowed = `at least what it takes idle, ${power.idle} W`;
      findings.push({ path: [...path, "power", "busy"], value: power.busy, message, allowed });
    }
    return findings;
  });
}

function checkLinks({ links, nodes }: Draft): Finding[] {
  const names = nodes.map((node) => node.name);
  return links.flatMap(({ between }, index) => {
    if (between === undefined) return [];
    const path = ["links", index, "between"];
    const [a, b] = between;
    const findings = between.flatMap((name, end) => notOneOf(name, names, "node", [...path, end]));
    const same = a === b;
    if (same) {
      findings.push({
        path,
        value: between,
        message: `${a} is linked to itself`,
        allowed: "two different nodes; a node's loopback link is always there",
      });
    }
    const first = links.findIndex((link) => link.between?.includes(a) && link.between.includes(b));
    if (!same && first < index) {
      const message = `links[${first}] already connects ${a} and ${b}`;
      findings.push({ path, value: between, message, allowed: "one link for two nodes" });
    }
    return findings;
  });
}

function checkWorkload({
  workload: { frames, warmup, sizes = [], loads = [], compression = [], workers = [] },
}: Draft): Finding[] {
  const findings = [
    ...repeated(sizes.map(sizeText), ["workload", "sizes"]),
    ...repeated(loads.map(loadLabel), ["workload", "loads"]),
    ...repeated(compression, ["workload", "compression"]),
    ...repeated(workers.map(String), ["workload", "workers"]),
  ];
  if (frames !== undefined && warmup !== undefined && warmup >= frames) {
    findings.push({
      path: ["workload", "warmup"],
      value: warmup,
      message: `a warm-up of ${warmup} frames is not allowed`,
      allowed: `fewer than frames, ${frames}`,
      causes: [["workload", "frames"]],
    });
  }
  return findings;
}

function badName(name: string, path: Path): Finding[] {
  const result = nameSchema.safeParse(name);
  if (result.success) return [];
  const message = `${valueText(name)} is not allowed`;
  return [{ path, key: true, value: name, message, allowed: result.error.issues[0]!.message }];
}
