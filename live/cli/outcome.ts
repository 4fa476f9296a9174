import { CommanderError } from "commander";

/** 0: good; 1: the work failed; 2: the input is wrong; as a shell has it, 130: ctrl-C. */
const FAILED = 1;
const WRONG_INPUT = 2;
const INTERRUPTED = 130;

/** Errors by name: their modules are loaded only with the verb that throws them. */
const INPUT_ERRORS = new Set(["TopologyError", "ArtefactError", "InputError", "ProfileError", "OnnxRuntimeError"]);
const FAILURES = new Set(["WriteError", "RunError", "DeploymentError", "CommandError", "ControlError"]);

/** The user's making: what was typed, or a file. */
export function isInputError(error: unknown): error is Error {
  return error instanceof Error && INPUT_ERRORS.has(error.name);
}

/** Does a command's work, says on stderr what went wrong, and returns the exit code: what the work set, or that of its error. */
export async function exitCodeOf(work: () => Promise<unknown>): Promise<number> {
  try {
    await work();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // Commander has said what it found.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_INPUT;
    const { name, message, stack } = error as Error;
    if (name === "Interrupted") return INTERRUPTED;
    // Anything else is a bug or a machine's limit; its stack helps whoever reports it.
    const known = isInputError(error) || FAILURES.has(name);
    process.stderr.write(`${known ? `error: ${message}` : stack}\n`);
    return isInputError(error) ? WRONG_INPUT : FAILED;
  }
}
