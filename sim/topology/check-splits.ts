import { respects } from "../grouping.ts";
import { allSplits, countSplits, goesBackAt, isHomogeneous } from "../split.ts";
import type { Draft } from "./draft.ts";
import { repeated } from "./findings.ts";
import type { Finding } from "./problem.ts";

/** More than this many splits are no experiment that anyone wants to run by default. */
const MOST_SPLITS = 2000;

/** Splits and groupings against stages, nodes and links. */
export function checkSplits(draft: Draft): Finding[] {
  const { stages, nodes, splits, groupings = [] } = draft;
  if (stages.length === 0) return [];
  const findings = groupings.flatMap((grouping, index) => checkGrouping(grouping, index, stages.length));
  findings.push(
    ...repeated(
      groupings.map((grouping) => `[${grouping.join(", ")}]`),
      ["groupings"],
    ),
  );
  // Without every letter nothing can be said of splits.
  const letters = nodes.flatMap(({ letter }) => letter ?? []);
  if (splits === undefined || letters.length === 0 || new Set(letters).size < nodes.length) return findings;
  findings.push(...checkOnlyGroupings(draft, () => splits ?? allSplits(letters, stages.length)));
  return [...findings, ...(splits === null ? checkAll(draft, letters) : checkListed(draft, splits, letters))];
}

/** Each must cut the stages, and some split so that no pod is on two nodes. */
function checkOnlyGroupings({ stages, onlyGroupings = [] }: Draft, splits: () => readonly string[]): Finding[] {
  const texts = onlyGroupings.map((grouping) => grouping.join("+"));
  const findings = onlyGroupings.flatMap((grouping, index): Finding[] => {
    const finding = (message: string, allowed: string) => [
      { path: ["onlyGroupings", index], value: grouping, message, allowed },
    ];
    const sum = grouping.reduce((total, count) => total + count, 0);
    if (sum !== stages.length)
      return finding(`${texts[index]} sums to ${sum}`, `the number of stages, ${stages.length}`);
    if (splits().some((split) => respects(grouping, split))) return [];
    return finding(`${texts[index]} has a pod on two nodes in every split`, "pods whose stages are on one node");
  });
  return [...findings, ...repeated(texts, ["onlyGroupings"])];
}

function checkGrouping(grouping: readonly number[], index: number, stages: number): Finding[] {
  const sum = grouping.reduce((total, count) => total + count, 0);
  const finding = (message: string, allowed: string) => [
    { path: ["groupings", index], value: grouping, message, allowed },
  ];
  if (sum !== stages) return finding(`[${grouping.join(", ")}] sums to ${sum}`, `the number of stages, ${stages}`);
  if (grouping.length > 1 && grouping.length === stages) {
    return finding("one pod per stage is always there", "groupings besides it");
  }
  return [];
}

/** No splits are listed: all that never go back are meant. */
function checkAll(draft: Draft, letters: readonly string[]): Finding[] {
  const { stages } = draft;
  const count = countSplits(letters.length, stages.length);
  if (count > MOST_SPLITS) {
    const message = `${stages.length} stages on ${letters.length} nodes have ${count} splits`;
    return [{ path: ["nodes"], value: count, message, allowed: `at most ${MOST_SPLITS}, or a list of splits` }];
  }
  const splits = allSplits(letters, stages.length);
  return [...checkPlaceable(draft, letters), ...missingLinks(draft, splits, letters, () => ["links"])];
}

/** Somewhere there should be a split that keeps every stage on its nodes: the others are baselines that no decision takes. */
function checkPlaceable({ stages, nodes }: Draft, letters: readonly string[]): Finding[] {
  let node = 0;
  for (const [index, stage] of stages.entries()) {
    const places = stage.nodes ?? nodes.map(({ name }) => name);
    if (places.some((name) => nodes.every((one) => one.name !== name))) return [];
    const next = nodes.findIndex(({ name }, at) => at >= node && places.includes(name));
    if (next === -1) {
      const message = `${places.join(", ")} can only be reached by going back towards the edge`;
      const allowed = `a node from ${nodes[node]!.name} (${letters[node]}) on, where the stage before it is`;
      return [{ path: ["stages", index, "nodes"], value: places, message, allowed }];
    }
    node = next;
  }
  return [];
}

function checkListed(draft: Draft, splits: readonly string[], letters: readonly string[]): Finding[] {
  const { stages, groupings = [] } = draft;
  const findings = repeated(splits, ["splits"]);
  const sound = splits.filter((split, index) => {
    const finding = (message: string, allowed: string) =>
      findings.push({ path: ["splits", index], value: split, message, allowed });
    const strange = [...split].find((letter) => !letters.includes(letter));
    const back = goesBackAt(split, letters);
    if (strange !== undefined) finding(`${split} has the letter ${strange}`, `letters of nodes: ${letters.join(", ")}`);
    if (split.length !== stages.length)
      finding(`${split} has ${split.length} letters`, `one for each of ${stages.length} stages`);
    else if (back !== -1) {
      const names = `${stages[back - 1]!.name ?? `stage ${back}`} (${split[back - 1]}) to ${stages[back]!.name ?? `stage ${back + 1}`} (${split[back]})`;
      finding(
        `${split} goes back towards the edge from ${names}`,
        `letters in the order of the nodes: ${letters.join(", ")}`,
      );
    }
    return strange === undefined && split.length === stages.length && back === -1;
  });
  findings.push(...missingLinks(draft, sound, letters, (split) => ["splits", splits.indexOf(split)]));
  if (groupings.length > 0 && sound.length === splits.length && !sound.some(isHomogeneous)) {
    const last = letters.at(-1)!.repeat(stages.length);
    const message = "need a split with all stages on one node";
    findings.push({
      path: ["groupings"],
      value: groupings,
      message,
      allowed: `such as ${last} in splits`,
      causes: [["splits"]],
    });
  }
  return findings;
}

/** One finding for each pair of nodes that frames of some split must cross without a link, with the first such split. */
function missingLinks(
  { nodes, links }: Draft,
  splits: readonly string[],
  letters: readonly string[],
  place: (split: string) => Finding["path"],
): Finding[] {
  // A link with a wrong end may be the one that seems to be missing.
  const names = nodes.map((node) => node.name);
  if (!links.every(({ between }) => between?.every((end) => names.includes(end)))) return [];
  const name = (letter: string) => nodes[letters.indexOf(letter)]!.name;
  const found = new Map<string, Finding>();
  for (const split of splits) {
    for (const [index, letter] of [...split].entries()) {
      const before = split[index - 1];
      if (before === undefined || before === letter || found.has(before + letter)) continue;
      const [from, to] = [name(before), name(letter)];
      if (links.some(({ between }) => between?.includes(from) && between.includes(to))) continue;
      found.set(before + letter, {
        path: place(split),
        value: split,
        message: `no link between ${from} and ${to}`,
        allowed: `split ${split} sends frames from ${from} to ${to}`,
        causes: [["splits"]],
      });
    }
  }
  return [...found.values()];
}
