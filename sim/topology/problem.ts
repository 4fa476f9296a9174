/** Where something is in a topology: keys and indices from its root. */
export type Path = readonly (string | number)[];

/** Something wrong with a topology, before it is known where in a file or on a command line it was said. */
export interface Finding {
  readonly path: Path;
  /** The wrong thing is the key at `path`, not its value. */
  readonly key?: true;
  readonly value: unknown;
  /** What is wrong: `4 is not allowed`. */
  readonly message: string;
  /** What would be right: `an odd number`. */
  readonly allowed: string | null;
  /** Other places that the problem depends on; one of them may be the one to change. */
  readonly causes?: readonly Path[];
  /** The key that a misspelt one most likely means, which then is not missing. */
  readonly likely?: Path;
}

/** A finding with its place. Lines and columns count from 1; a problem of a command line has a flag and no file. */
export interface Problem {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** `stages[1].size`, or the flag: `--sizes`. */
  readonly path: string;
  readonly value: unknown;
  readonly message: string;
  readonly allowed: string | null;
}

/** All problems of a topology at once; the message has one line for each. */
export class TopologyError extends Error {
  override readonly name = "TopologyError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemText).join("\n"));
    this.problems = problems;
  }
}

/** `topologies/x.yaml:12: stages[1].size: 4 is not allowed: an odd number` */
export function problemText({ file, line, path, message, allowed }: Problem): string {
  const place = file === null ? [] : [line === null ? file : `${file}:${line}`];
  return [...place, ...(path === "" ? [] : [path]), message, ...(allowed === null ? [] : [allowed])].join(": ");
}

/** `stages[1].size` */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** A value for an error message, on one line and not too long. */
export function valueText(value: unknown): string {
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

/** `one of conv2d, relu`, after the likely one if the word looks misspelt. */
export function oneOf(names: readonly string[], likely: string | null = null): string {
  const all = names.length === 1 ? names[0]! : `one of ${names.join(", ")}`;
  if (likely === null) return all;
  return `did you mean ${JSON.stringify(likely)}?${names.length === 1 ? "" : ` (${all})`}`;
}
