/** Ctrl-C, or SIGTERM. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/**
 * A signal that aborts on ctrl-C or SIGTERM, so that work in progress ends in order: pods and workers first. A second one ends this
 * process at once; its pods notice that by themselves.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      process.stderr.write("\ninterrupted: ending what was started (once more to end at once)\n");
      controller.abort(new Interrupted("interrupted"));
    });
  }
  return controller.signal;
}
