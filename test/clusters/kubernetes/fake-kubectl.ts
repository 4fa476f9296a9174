import type { Running, Starter } from "../../../live/exec.ts";

/** What a fake kubectl answers to words, joined by blanks: its output, or an error to throw. */
export type Answer = (words: string, input: string) => string | Error | undefined;

/** A kubectl that keeps what it is asked, and answers as told; what is started runs until it is stopped. */
export class FakeKubectl implements Starter {
  readonly calls: string[] = [];
  readonly #answer: Answer;
  readonly #started: { readonly words: string; readonly line: (line: string) => void; end(why: string): void }[] = [];

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  async run(words: readonly string[], { input = "", signal }: { input?: string; signal?: AbortSignal } = {}) {
    signal?.throwIfAborted();
    const call = words.slice(words[1] === "--namespace" ? 3 : 1).join(" ");
    this.calls.push(call);
    const answer = this.#answer(call, input);
    if (answer instanceof Error) throw answer;
    return answer ?? '{"items":[]}';
  }

  start(words: readonly string[], onLine: (line: string) => void): Running {
    const call = words.slice(3).join(" ");
    this.calls.push(`${call} &`);
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#started.push({ words: call, line: onLine, end: resolve });
    return { ended: promise, stop: () => resolve("stopped") };
  }

  /** The latest that was started with such words. */
  running(words: string) {
    const found = this.#started.findLast((one) => one.words.startsWith(words));
    if (found === undefined) throw new Error(`nothing runs ${words}: ${this.calls.join("; ")}`);
    return found;
  }
}
