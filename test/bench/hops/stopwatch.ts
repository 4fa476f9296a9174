import { createInterface } from "node:readline";

/** End of standard input: the bench that started this process is gone, or done with it. */
export function endWithParent(): void {
  process.stdin.on("end", () => process.exit(0)).resume();
}

/**
 * A client's measurements. Each is asked for by a line on standard input, its seconds: prints a line when the first fifth is
 * over, and `{bytes, seconds}` of what came after it.
 */
export class Stopwatch {
  #resume: () => void = () => {};
  #seconds = 0;
  #start = 0;
  #begin = 0;
  #bytes = 0;

  constructor() {
    const lines = createInterface({ input: process.stdin });
    lines.on("close", () => process.exit(0));
    lines.on("line", (line) => {
      this.#start = 0;
      this.#begin = 0;
      this.#bytes = 0;
      this.#seconds = Number(line);
      this.#resume();
    });
  }

  /**
   * So many bytes of payload came.
   * @param more asks for more, now or when the next measurement begins.
   */
  passed(bytes: number, more: () => void): void {
    const time = performance.now() / 1e3;
    if (this.#seconds > 0) {
      if (this.#start === 0) this.#start = time;
      else if (this.#begin > 0) this.#bytes += bytes;
      else if (time >= this.#start + this.#seconds / 5) {
        this.#begin = time;
        process.stdout.write("begin\n");
      }
      if (this.#begin > 0 && time >= this.#start + this.#seconds && this.#bytes > 0) {
        process.stdout.write(`${JSON.stringify({ bytes: this.#bytes, seconds: time - this.#begin })}\n`);
        this.#seconds = 0;
      }
    }
    if (this.#seconds > 0) more();
    else this.#resume = more;
  }
}
