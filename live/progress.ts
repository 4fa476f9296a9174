import { Presets, SingleBar } from "cli-progress";

/** Shows how far a piece of work has come: a bar on stderr, and nothing where stderr is no terminal. */
export interface Progress {
  /** @param done from 0 to 1. */
  update(done: number, what: string): void;
  stop(): void;
}

/** Of work amid other work that has a bar. */
export const SILENT: Progress = { update: () => {}, stop: () => {} };

export function progress(title: string): Progress {
  if (!process.stderr.isTTY) return SILENT;
  const bar = new SingleBar(
    {
      format: `${title.padEnd(10)} {bar} {percentage} %  {what}`,
      stream: process.stderr,
      barsize: 30,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
    },
    Presets.shades_classic,
  );
  bar.start(100, 0, { what: "" });
  return {
    update: (done, what) => bar.update(Math.round(done * 100), { what: what.slice(0, 28) }),
    stop: () => bar.stop(),
  };
}

/** Does a piece of work with its bar, which is gone when that ends, whichever way. */
export async function withBar<T>(title: string, work: (bar: Progress) => Promise<T>): Promise<T> {
  const bar = progress(title);
  return work(bar).finally(bar.stop);
}
