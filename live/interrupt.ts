/** Ctrl-C, SIGTERM, or a terminal that was closed. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** So soon after the first, a signal is the same one: `timeout` and npm send what the whole process group has got already. */
const SAME_SECONDS = 0.3;

/**
 * A signal that aborts on ctrl-C, SIGTERM, or when the terminal is closed, so that work in progress ends in order: pods and workers first. A second one ends this
 * process at once; its pods notice that by themselves.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  // A terminal that is closed says so; who has nothing to do with one (nohup) may want to outlive it.
  const signals = ["SIGINT", "SIGTERM", ...(process.stderr.isTTY ? (["SIGHUP"] as const) : [])] as const;
  for (const name of signals) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        if (performance.now() - first > SAME_SECONDS * 1e3) process.exit(130);
        return;
      }
      first = performance.now();
      process.stderr.write("\ninterrupted: ending what was started (once more to end at once)\n");
      controller.abort(new Interrupted("interrupted"));
    });
  }
  return controller.signal;
}
