import type { DraftDisturbance } from "./disturbances.ts";
import type { Draft } from "./draft.ts";
import { notOneOf } from "./findings.ts";
import type { Finding, Path } from "./problem.ts";

/** What happens during a run against nodes, links and stages, and against all else that happens; and what only frames at a rate can do. */
export function checkDisturbances(draft: Draft): Finding[] {
  const { disturbances = [], workload } = draft;
  const findings = disturbances.flatMap((one, index) => {
    const path = ["disturbances", index];
    return [...checkSubject(one, draft, path), ...checkSpan(one, disturbances.slice(0, index), path)];
  });
  const { loads = [], arrivals, overflow, buffer } = workload;
  if (buffer !== undefined && overflow === undefined) {
    const allowed = "overflow: drop-oldest beside it: a source that waits keeps no more than the window";
    findings.push({ path: ["workload", "buffer"], value: buffer, message: "has no effect", allowed });
  }
  // Of shares and rates at once, those are what is meant.
  if (loads.length === 0 || loads.some(({ kind }) => kind !== "saturated")) return findings;
  const allowed = "a load that is a rate or a share: in a saturated run a frame is always due";
  const needs = (path: Path, value: unknown, message: string): Finding => {
    return { path, value, message, allowed, causes: [["workload", "loads"]] };
  };
  disturbances.forEach(({ burst }, index) => {
    if (burst !== undefined) findings.push(needs(["disturbances", index, "burst"], burst, "a burst has no effect"));
  });
  if (arrivals !== undefined) findings.push(needs(["workload", "arrivals"], arrivals.kind, "has no effect"));
  if (overflow !== undefined) findings.push(needs(["workload", "overflow"], overflow, "has no effect"));
  return findings;
}

function checkSubject(one: DraftDisturbance, draft: Draft, path: Path): Finding[] {
  const { nodes, stages } = draft;
  const names = nodes.map(({ name }) => name);
  if (one.link !== undefined) return checkLink(one, draft, path);
  if (one.pod !== undefined)
    return notOneOf(
      one.pod,
      stages.flatMap(({ name }) => name ?? []),
      "stage",
      [...path, "pod"],
    );
  if (one.node === undefined) return [];
  const node = nodes.find(({ name }) => name === one.node);
  if (node === undefined) return notOneOf(one.node, names, "node", [...path, "node"]);
  if (one.speed === undefined || !("amount" in one.speed) || node.speed === undefined) return [];
  const { amount } = one.speed;
  if (amount <= node.speed) return [];
  const allowed = `at most its own speed, ${node.speed}, or a share of it such as 50%`;
  return [{ path: [...path, "speed"], value: amount, message: `${amount} is faster than ${node.name} is`, allowed }];
}

function checkLink({ link: ends, bandwidth: left }: DraftDisturbance, { nodes, links }: Draft, path: Path): Finding[] {
  const [a, b] = ends!;
  const names = nodes.map(({ name }) => name);
  const strange = [a, b].flatMap((name, end) => notOneOf(name, names, "node", [...path, "link", end]));
  // A link with a wrong end may be the one that seems to be missing.
  if (strange.length > 0 || links.some(({ between }) => between?.every((name) => names.includes(name)) !== true))
    return strange;
  const link = links.find(({ between }) => a !== b && between!.includes(a) && between!.includes(b));
  if (link === undefined) {
    const there = links.map(({ between }) => between!.join("-")).join(", ");
    const allowed = there === "" ? "a link that there is" : `links that there are: ${there}`;
    return [{ path: [...path, "link"], value: ends, message: `no link between ${a} and ${b}`, allowed }];
  }
  const { bandwidth } = link;
  const place = [...path, "bandwidth"];
  if (left === undefined || bandwidth === undefined) return [];
  if ("share" in left) {
    if (bandwidth !== null || left.share === 0) return [];
    const allowed = "a bandwidth such as 10 Mbit/s, or 0%";
    return [{ path: place, value: left.share, message: "is a share of a bandwidth that is not limited", allowed }];
  }
  if (bandwidth === null || left.amount <= bandwidth) return [];
  const allowed = `at most ${Number(((bandwidth * 8) / 1e6).toPrecision(12))} Mbit/s, or a share such as 10%`;
  return [{ path: place, value: left.amount, message: "is more than the link has", allowed }];
}

/** It ends after it begins, and does not disturb what is disturbed already. */
function checkSpan(one: DraftDisturbance, before: readonly DraftDisturbance[], path: Path): Finding[] {
  const { from, until } = one;
  if (from !== undefined && until !== undefined && until <= from) {
    const message = `${until} s is not after from, ${from} s`;
    return [{ path: [...path, "until"], value: until, message, allowed: "a later time" }];
  }
  const [begin, end] = spanOf(one);
  const same = before.findIndex((other) => {
    const [from, until] = spanOf(other);
    return subjectOf(one) !== null && subjectOf(other) === subjectOf(one) && begin < until && from < end;
  });
  if (same === -1) return [];
  const message = `overlaps disturbances[${same}]`;
  return [{ path, value: subjectOf(one), message, allowed: `${subjectOf(one)} disturbed once at a time` }];
}

/** Never, where a time is not known. */
function spanOf({ from, until, at, restart }: DraftDisturbance): readonly [begin: number, end: number] {
  const begin = from ?? at ?? Number.NaN;
  return [begin, until ?? begin + (restart ?? Number.NaN)];
}

/** What it disturbs; `null`: nothing that can't be disturbed twice at once. */
function subjectOf({ link, node, pod, restart }: DraftDisturbance): string | null {
  if (link !== undefined) return `link ${link.toSorted().join("-")}`;
  // A node that is slow can be restarted.
  if (node !== undefined) return restart === undefined ? `node ${node}` : `restart of node ${node}`;
  return pod === undefined ? null : `pod ${pod}`;
}
