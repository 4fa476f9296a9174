const steps: (() => void)[] = [];

/** Undone at this process' end, whether it is done, fails or is interrupted; last come, first undone. */
export function atEnd(step: () => void): void {
  if (steps.length === 0) {
    process.once("exit", () => {
      for (const undo of steps.toReversed()) {
        try {
          undo();
        } catch (error) {
          process.stderr.write(`${(error as Error).message}\n`);
        }
      }
    });
    process.once("SIGINT", () => process.exit(130));
    process.once("SIGTERM", () => process.exit(143));
  }
  steps.push(step);
}
