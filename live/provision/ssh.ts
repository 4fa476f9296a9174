import { CommandError, type Runner } from "../exec.ts";
import type { Target } from "./target.ts";

/** ssh asks nobody anything, keys do or it fails; and a machine that went away is noticed within a minute. */
const OPTIONS = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=15"];

/** A machine's shell. Scripts go through stdin: what they contain is in no list of processes. */
export class Shell {
  readonly target: Target;
  readonly #runner: Runner;
  /** Puts a command in root's hands. */
  readonly #root: readonly string[];

  /** @param root its user is root, who needs no sudo. */
  constructor(target: Target, runner: Runner, root: boolean) {
    this.target = target;
    this.#runner = runner;
    this.#root = root ? [] : ["sudo", "-n"];
  }

  /** Runs a script as the user. @returns what it printed. */
  run(script: string): Promise<string> {
    return this.#ssh(["sh", "-s"], { input: script });
  }

  /** Runs a script as root. @param secrets what of it no error may show. */
  async runAsRoot(script: string, secrets: readonly string[] = []): Promise<string> {
    try {
      return await this.#ssh([...this.#root, "sh", "-s"], { input: `${ROOT_PATH}\n${script}` });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new CommandError(secrets.reduce((text, secret) => text.replaceAll(secret, "***"), error.message));
    }
  }

  /** Has a program of root's read a file of this machine from stdin. @param words none that a shell would change. */
  feedRoot(words: readonly string[], file: string): Promise<string> {
    return this.#ssh([...this.#root, "env", "PATH=/usr/local/bin:/opt/bin:/usr/bin:/bin", ...words], { file });
  }

  /** Copies files into a folder of the user's home there. */
  async copy(files: readonly string[], folder: string): Promise<void> {
    const { ssh, port } = this.target;
    const words = ["scp", "-q", ...OPTIONS, ...(port === null ? [] : ["-P", `${port}`])];
    await this.#runner.run([...words, ...files, `${ssh}:${folder}/`]);
  }

  #ssh(words: readonly string[], given: { readonly input?: string; readonly file?: string }): Promise<string> {
    const { ssh, port } = this.target;
    return this.#runner.run(
      ["ssh", ...OPTIONS, ...(port === null ? [] : ["-p", `${port}`]), ssh, words.join(" ")],
      given,
    );
  }
}

/** sudo may leave out where k3s is. */
const ROOT_PATH = "PATH=$PATH:/usr/local/bin:/opt/bin";
