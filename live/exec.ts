import { spawn } from "node:child_process";
import { createReadStream, openSync } from "node:fs";
import { createInterface } from "node:readline";
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
  /** What it writes to stderr is returned, too. */
  readonly both?: boolean;
}

/** Runs external programs, one way for all of them. */
export interface Runner {
  /**
   * Runs a program and returns what it wrote to stdout. Ctrl-C in a terminal does not reach it: what runs it ends it, in order.
   * @param words The program and its arguments, none of which a shell looks at.
   * @throws CommandError if it can't be started or ends with another code than 0.
   */
  run(words: readonly string[], options?: RunOptions): Promise<string>;
}

/** A program that runs on beside this one. */
export interface Running {
  /** Resolves when it ends, with what it last said on stderr. */
  readonly ended: Promise<string>;
  stop(): void;
}

/** A runner of programs that run on, too. */
export interface Starter extends Runner {
  /** Starts a program. @param onLine gets each line of its stdout. */
  start(words: readonly string[], onLine: (line: string) => void): Running;
}

/** Of a shell that can't find a program. */
const NOT_FOUND = 127;

export const programs: Starter = {
  async run(words, { input, file, signal, both = false } = {}) {
    // zx would take the folder that it was loaded in.
    const options = { quiet: true, detached: true, cwd: process.cwd(), ...(signal === undefined ? {} : { signal }) };
    // Now: a program that waits for a file that is not there would wait for ever.
    const given = file === undefined ? null : createReadStream(file, { fd: openSync(file, "r") });
    try {
      const running = $(options)`${words}`;
      // One that ends before it has read all says why on stderr; that its pipe is closed tells nothing more.
      const stdin = running.stdin.on("error", () => {});
      if (given === null) stdin.end(input ?? "");
      else given.on("error", (error) => stdin.destroy(error)).pipe(stdin);
      const { stdout, stdall } = await running;
      return both ? stdall : stdout;
    } catch (error) {
      signal?.throwIfAborted();
      const { exitCode, stderr } = error as ProcessOutput;
      if (exitCode === undefined) throw error;
      const said = exitCode === NOT_FOUND ? `${words[0]} is not on the PATH` : stderr.trim();
      throw new CommandError(`${commandText(words)}: ${said === "" ? `ended with ${exitCode}` : said}`);
    }
  },

  start(words, onLine) {
    const [file = "", ...args] = words;
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    createInterface({ input: child.stdout }).on("line", onLine);
    let said = "";
    createInterface({ input: child.stderr }).on("line", (line) => {
      said = line;
    });
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, signal) => resolve(said || `ended with ${code ?? signal}`));
    });
    return { ended, stop: () => void child.kill("SIGTERM") };
  },
};

/** A runner that only says what it would run, with what it would be given; every program's output is empty. */
export function dryRunner(print: (text: string) => void): Starter {
  return {
    async run(words, { input, file } = {}) {
      const given = input === undefined ? "" : ` <<'EOF'\n${input.trimEnd()}\nEOF`;
      print(`$ ${commandText(words)}${file === undefined ? "" : ` <${commandText([file])}`}${given}\n`);
      return "";
    },
    start(words) {
      print(`$ ${commandText(words)} &\n`);
      return { ended: new Promise(() => {}), stop: () => {} };
    },
  };
}

/** A command as one would type it. */
export function commandText(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
