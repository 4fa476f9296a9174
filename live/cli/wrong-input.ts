import { type Command, InvalidArgumentError, type Option } from "commander";
import { closest } from "../../sim/topology/closest.ts";
import type { Overrides } from "../../sim/topology/overrides.ts";
import { oneOf, valueText } from "../../sim/topology/problem.ts";
import { addCheck, checksOf } from "./checks.ts";
import { InputError } from "./folder.ts";
import { overridesOf } from "./options.ts";
import { isInputError } from "./outcome.ts";

/** Has a verb refuse some of its flags, which its help does not show, and say why. @param reasons by the flag's name. */
export function refuse(verb: Command, reasons: Readonly<Record<string, string>>): Command {
  const refused = Object.keys(reasons).flatMap((flag) => verb.options.filter((option) => option.name() === flag));
  for (const option of refused) option.hideHelp();
  return addCheck(verb, (options: Readonly<Record<string, unknown>>) =>
    refused
      .filter((option) => options[option.attributeName()] !== undefined)
      .map((option) => `${option.long}: ${reasons[option.name()]}`),
  );
}

/**
 * Has a verb refuse all that is wrong with what was typed at once: every flag's value, flags that don't go together, and where there
 * is something wrong already, what a topology's check says of the file and of the flags that change it.
 */
export function refuseTogether(verb: Command): Command {
  verb.commands.forEach(refuseTogether);
  const wrong: string[] = [];
  for (const option of verb.options) gather(option, wrong);
  return verb.hook("preAction", async () => {
    const [argument = ""] = verb.args;
    const options = verb.opts();
    wrong.push(...checksOf(verb).flatMap((check) => check(options as never, argument)));
    if (wrong.length === 0) return;
    if (argument !== "" && verb.registeredArguments[0]?.name() === "topology")
      wrong.push(...(await wrongTopology(argument, options)));
    throw new InputError(wrong.join("\n"));
  });
}

/** Keeps what an option's parser throws, so that the next option is parsed, too. */
function gather(option: Option, wrong: string[]): void {
  const { parseArg: parse, argChoices: choices } = option;
  if (parse === undefined) return;
  option.parseArg = <T>(text: string, before: T): T => {
    try {
      return parse(text, before);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      const allowed = choices === undefined ? error.message : oneOf(choices, closest(text, choices));
      wrong.push(`${option.long}: ${valueText(text)} is not allowed: ${allowed}`);
      return text as T;
    }
  };
}

async function wrongTopology(
  file: string,
  options: Overrides & { readonly set?: readonly string[] },
): Promise<string[]> {
  if (file.endsWith(".json.gz")) return [];
  const overrides = overridesOf(options);
  try {
    if (options.set === undefined) await (await import("../workbench.ts")).openBench(file, overrides);
    else await (await import("../sweep/open.ts")).openSweep(file, overrides, options.set);
    return [];
  } catch (error) {
    if (isInputError(error)) return [error.message];
    throw error;
  }
}
