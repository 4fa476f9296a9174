import { closest } from "./closest.ts";
import { type Finding, oneOf, type Path, valueText } from "./problem.ts";

/** A finding for each text that is in a list twice. */
export function repeated(texts: readonly string[], path: Path): Finding[] {
  return texts.flatMap((text, index) => {
    if (texts.indexOf(text) === index) return [];
    return [{ path: [...path, index], value: text, message: `${text} is already in the list`, allowed: "each once" }];
  });
}

/** A finding if a name is none of the names of a kind of thing; if there are none, that has been found before. */
export function notOneOf(name: string, names: readonly string[], kind: string, path: Path): Finding[] {
  if (names.includes(name) || names.length === 0) return [];
  const allowed = oneOf(names, closest(name, names));
  return [{ path, value: name, message: `${valueText(name)} is not a ${kind}`, allowed }];
}
