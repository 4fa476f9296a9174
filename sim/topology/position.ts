import { type Document, isCollection, isMap, isNode, isPair, isScalar, isSeq, type Pair } from "yaml";
import type { Finding } from "./problem.ts";

/**
 * Where a finding is in the text: offset of its value, or of its key if it is about the key or the value starts on a later
 * line. If there is nothing at its path, the nearest thing around it; `null` in an empty document.
 */
export function offsetOf(document: Document, { path, key }: Pick<Finding, "path" | "key">): number | null {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [depth, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && keyOf(item) === String(step));
      if (pair === undefined) return offset;
      node = pair.value;
      const inside = isBlock(node) || isEmpty(node) || (key && depth === path.length - 1);
      offset = (inside ? startOf(pair.key) : startOf(node)) ?? offset;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

function keyOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

function isBlock(node: unknown): boolean {
  return isCollection(node) && !node.flow;
}

function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null);
}
