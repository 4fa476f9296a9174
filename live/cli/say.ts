/** Progress and remarks go to stderr; stdout is for results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Prints a result: as JSON, or as the text that `table` makes. */
export function print(output: "table" | "json", value: unknown, table: () => string): void {
  process.stdout.write(output === "json" ? `${JSON.stringify(value, null, 2)}\n` : `${table().trimEnd()}\n`);
}
