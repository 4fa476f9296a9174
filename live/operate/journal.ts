import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { WriteError } from "../artefacts.ts";

/** Names within a run's folder. */
export const JOURNAL = "operate.jsonl";

/** What happened: its name, and whatever is to be said of it. */
export type Event = { readonly event: string } & Readonly<Record<string, unknown>>;

/** What happens while a pipeline runs, in the order in which it does: JSON Lines in the run's folder, and for whoever listens. */
export class Journal {
  readonly #path: string;
  readonly #listen: (event: Event) => void;

  constructor(folder: string, listen: (event: Event) => void) {
    mkdirSync(folder, { recursive: true });
    this.#path = join(folder, JOURNAL);
    this.#listen = listen;
  }

  /** @throws WriteError if it can't be written. */
  write(event: Event): void {
    const stamped = { time: new Date().toISOString(), ...event };
    try {
      appendFileSync(this.#path, `${JSON.stringify(stamped)}\n`);
    } catch (error) {
      throw new WriteError(this.#path, error as NodeJS.ErrnoException);
    }
    this.#listen(stamped);
  }
}
