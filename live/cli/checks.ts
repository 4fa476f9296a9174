import type { Command } from "commander";

/** What is wrong with flags by each other: a line each, such as `--shard: can't be given together with --on`. */
type Check<Options> = (options: Options, argument: string) => readonly string[];

const checks = new WeakMap<Command, readonly Check<never>[]>();

/** Has flags of a verb checked against each other before it runs. A flag whose value is wrong counts as given. */
export function addCheck<Options>(verb: Command, check: Check<Options>): Command {
  checks.set(verb, [...checksOf(verb), check]);
  return verb;
}

export function checksOf(verb: Command): readonly Check<never>[] {
  return checks.get(verb) ?? [];
}
