import { type Disturbance, spanOf } from "../disturbance.ts";
import type { Draft } from "./draft.ts";
import { notOneOf } from "./findings.ts";
import type { Finding, Path } from "./problem.ts";

/** What happens during a run against nodes, links and stages, and against all else that happens. */
export function checkDisturbances(draft: Draft): Finding[] {
  const { disturbances = [], workload } = draft;
  const findings = disturbances.flatMap((one, index) => {
    if (one === null) return [];
    const path = ["disturbances", index];
    return [...checkSubject(one, draft, path), ...checkSpan(one, disturbances, path)];
  });
  const { loads = [] } = workload;
  const saturated = loads.length > 0 && loads.every(({ kind }) => kind === "saturated");
  const allowed = "a load that is a rate or share, as when saturated there is always a frame due";
  disturbances.forEach((one, index) => {
    if (!saturated || one === null || !("burst" in one)) return;
    const path = ["disturbances", index, "burst"];
    findings.push({ path, value: one.burst, message: "needs another load", allowed, causes: [["workload", "loads"]] });
  });
  if (saturated && workload.arrivals !== undefined) {
    const path = ["workload", "arrivals"];
    findings.push({ path, value: null, message: "need another load", allowed, causes: [["workload", "loads"]] });
  }
  return findings;
}

function checkSubject(one: Disturbance, { nodes, links, stages }: Draft, path: Path): Finding[] {
  const names = nodes.map(({ name }) => name);
  if ("link" in one) {
    const [a, b] = one.link;
    const ends = one.link.flatMap((name, end) => notOneOf(name, names, "node", [...path, "link", end]));
    if (ends.length > 0) return ends;
    const link = links.find(({ between }) => a !== b && between?.includes(a) && between.includes(b));
    const known = links.flatMap(({ between }) => (between === undefined ? [] : [`[${between.join(", ")}]`]));
    if (link === undefined) {
      // One with a wrong end may be the one that seems to be missing.
      if (links.some(({ between }) => between === undefined)) return [];
      const allowed = known.length === 0 ? "there are no links" : `a link that there is: ${known.join(", ")}`;
      return [{ path: [...path, "link"], value: one.link, message: `no link between ${a} and ${b}`, allowed }];
    }
    const { bandwidth } = link;
    if (!("amount" in one.bandwidth) || bandwidth === undefined || bandwidth === null) {
      if (bandwidth !== null || "amount" in one.bandwidth || one.bandwidth.share === 0) return [];
      const message = "is a share of a bandwidth that is not limited";
      const allowed = "a bandwidth such as 10 Mbit/s, or 0%";
      return [{ path: [...path, "bandwidth"], value: null, message, allowed }];
    }
    if (one.bandwidth.amount <= bandwidth) return [];
    const message = "is more than the link has";
    const allowed = `at most ${(bandwidth * 8) / 1e6} Mbit/s, or a share such as 10%`;
    return [{ path: [...path, "bandwidth"], value: one.bandwidth.amount, message, allowed }];
  }
  if ("node" in one) {
    const node = nodes.find(({ name }) => name === one.node);
    if (node === undefined) return notOneOf(one.node, names, "node", [...path, "node"]);
    if (!("amount" in one.speed) || node.speed === undefined || one.speed.amount <= node.speed) return [];
    const message = `${one.speed.amount} is faster than ${node.name} is`;
    const allowed = `at most its own speed, ${node.speed}, or a share of it such as 50%`;
    return [{ path: [...path, "speed"], value: one.speed.amount, message, allowed }];
  }
  if (!("pod" in one)) return [];
  const stagesThere = stages.flatMap(({ name }) => name ?? []);
  return notOneOf(one.pod, stagesThere, "stage", [...path, "pod"]);
}

/** It ends after it begins, and before the same thing is disturbed again. */
function checkSpan(one: Disturbance, all: readonly (Disturbance | null)[], path: Path): Finding[] {
  const { from, until } = spanOf(one);
  if ("from" in one && until <= from) {
    const message = `${until} s is not after from, ${from} s`;
    return [{ path: [...path, "until"], value: until, message, allowed: "a later time", causes: [[...path, "from"]] }];
  }
  const before = all.slice(0, all.indexOf(one)).findIndex((other) => {
    if (other === null || subjectOf(other) === null || subjectOf(other) !== subjectOf(one)) return false;
    const span = spanOf(other);
    return from < span.until && span.from < until;
  });
  if (before === -1) return [];
  const message = `is while disturbances[${before}] is`;
  return [{ path, value: null, message, allowed: "the same thing disturbed once at a time" }];
}

/** What it disturbs; `null`: nothing that can't be disturbed twice at once. */
function subjectOf(one: Disturbance): string | null {
  if ("link" in one) return `link ${one.link.toSorted().join(" ")}`;
  if ("node" in one) return `node ${one.node}`;
  return "pod" in one ? `pod ${one.pod}` : null;
}
