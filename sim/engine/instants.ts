import type { Agenda } from "./agenda.ts";

/** What is to happen at this very moment, after all that has been scheduled for it before: a first-in-first-out ring of codes. */
export class Instants {
  readonly #agenda: Agenda;
  #codes = new Int32Array(8);
  #orders = new Float64Array(8);
  #head = 0;
  #length = 0;

  constructor(agenda: Agenda) {
    this.#agenda = agenda;
  }

  get length(): number {
    return this.#length;
  }

  push(code: number): void {
    if (this.#length === this.#codes.length) this.#grow();
    const at = (this.#head + this.#length++) & (this.#codes.length - 1);
    this.#codes[at] = code;
    this.#orders[at] = this.#agenda.ticket();
  }

  /** True if the first of them is next: nothing that was scheduled before it is left for this moment. */
  get due(): boolean {
    return this.#length > 0 && !this.#agenda.precedes(this.#orders[this.#head]!);
  }

  /** Takes the first. */
  shift(): number {
    const code = this.#codes[this.#head]!;
    this.#head = (this.#head + 1) & (this.#codes.length - 1);
    this.#length--;
    return code;
  }

  #grow(): void {
    const size = this.#codes.length;
    const [codes, orders] = [new Int32Array(2 * size), new Float64Array(2 * size)];
    for (let i = 0; i < size; i++) {
      const at = (this.#head + i) & (size - 1);
      codes[i] = this.#codes[at]!;
      orders[i] = this.#orders[at]!;
    }
    this.#codes = codes;
    this.#orders = orders;
    this.#head = 0;
  }
}
