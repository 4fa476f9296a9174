import type { Agenda } from "./agenda.ts";
import { Ring } from "./ring.ts";

/** Of an entry: its code, and its rank. */
const ORDER = 1;
const WIDTH = 2;

/** What is to happen at this very moment, after all that has been scheduled for it before: codes, first in first out. */
export class Instants extends Ring {
  readonly #agenda: Agenda;

  constructor(agenda: Agenda) {
    super(agenda.arena, WIDTH, 8);
    this.#agenda = agenda;
  }

  /** @param code 32 bits. */
  push(code: number): void {
    const at = this.append();
    this.block[at] = code;
    this.block[at + ORDER] = this.#agenda.ticket();
  }

  /** True if the first of them is next: nothing that was scheduled before it is left for this moment. */
  get due(): boolean {
    return this.length > 0 && !this.#agenda.precedes(this.block[this.first + ORDER]!);
  }

  /** Takes the first. */
  shift(): number {
    const code = this.block[this.first]! | 0;
    this.drop();
    return code;
  }
}
