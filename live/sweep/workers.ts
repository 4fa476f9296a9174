import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { Answers, Kind, Tasks, WorkerInputs } from "./tasks.ts";

const PROGRAM = fileURLToPath(new URL(`./worker.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url));

/** Threads that predict, as many as there are cores. They end with `using`, whatever they do. */
export class Workers implements AsyncDisposable {
  readonly #pool: Piscina<{ kind: Kind; of: Tasks[Kind] }, Answers[Kind]>;
  readonly #signal: AbortSignal;

  /** @param most tasks that there will be at a time: no more threads than that. */
  constructor(inputs: WorkerInputs, signal: AbortSignal, most = Number.POSITIVE_INFINITY) {
    const threads = Math.max(1, Math.min(availableParallelism(), most));
    const options = { filename: PROGRAM, workerData: inputs, minThreads: threads, maxThreads: threads };
    this.#pool = new Piscina(options);
    this.#signal = signal;
  }

  get threads(): number {
    return this.#pool.maxThreads;
  }

  /** Rejects with the signal's reason once that is aborted, or with what the task threw. */
  async run<K extends Kind>(kind: K, of: Tasks[K]): Promise<Answers[K]> {
    try {
      return (await this.#pool.run({ kind, of }, { signal: this.#signal })) as Answers[K];
    } catch (error) {
      this.#signal.throwIfAborted();
      throw error;
    }
  }

  /** Answers in the order of the tasks; the first failure is what it fails with. */
  async *inOrder<K extends Kind>(kind: K, tasks: readonly Tasks[K][]): AsyncGenerator<Answers[K]> {
    const answers = tasks.map((of) => this.run(kind, of));
    // What fails after the first failure has nobody to tell.
    for (const answer of answers) answer.catch(() => {});
    for (const answer of answers) yield await answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}
