import { createReadStream, openSync } from "node:fs";
import { $, type ProcessOutput } from "zx";

/** An external program failed, or is not there: what was run, and what it said. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

export interface RunOptions {
  /** Text, or a file, that the program reads from stdin; neither: nothing. */
  readonly input?: string;
  readonly file?: string;
  readonly signal?: AbortSignal;
}

/** Runs external programs, one way for all of them. */
export interface Runner {
  /**
   * Runs a program and returns what it wrote to stdout.
   * @param words The program and its arguments, none of which a shell looks at.
   * @throws CommandError if it can't be started or ends with another code than 0.
   */
  run(words: readonly string[], options?: RunOptions): Promise<string>;
}

/** Of a shell that can't find a program. */
const NOT_FOUND = 127;

export const programs: Runner = {
  async run(words, { input, file, signal } = {}) {
    // zx would take the folder that it was loaded in.
    const options = { quiet: true, cwd: process.cwd(), ...(signal === undefined ? {} : { signal }) };
    // Now: a program that waits for a file that is not there would wait for ever.
    const given = file === undefined ? null : createReadStream(file, { fd: openSync(file, "r") });
    try {
      const running = $(options)`${words}`;
      // One that ends before it has read all says why on stderr; that its pipe is closed tells nothing more.
      const stdin = running.stdin.on("error", () => {});
      if (given === null) stdin.end(input ?? "");
      else given.on("error", (error) => stdin.destroy(error)).pipe(stdin);
      return (await running).stdout;
    } catch (error) {
      signal?.throwIfAborted();
      const { exitCode, stderr } = error as ProcessOutput;
      if (exitCode === undefined) throw error;
      const said = exitCode === NOT_FOUND ? `${words[0]} is not on the PATH` : stderr.trim();
      throw new CommandError(`${commandText(words)}: ${said === "" ? `ended with ${exitCode}` : said}`);
    }
  },
};

/** A runner that only says what it would run, with what it would be given; every program's output is empty. */
export function dryRunner(print: (text: string) => void): Runner {
  return {
    async run(words, { input, file } = {}) {
      const given = input === undefined ? "" : ` <<'EOF'\n${input.trimEnd()}\nEOF`;
      print(`$ ${commandText(words)}${file === undefined ? "" : ` <${commandText([file])}`}${given}\n`);
      return "";
    },
  };
}

/** A command as one would type it. */
export function commandText(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
