import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";

/** Seconds that a child may take to end once it is asked. */
export const GRACE_SECONDS = 2;

/** Each asked, and killed if it takes too long. */
export async function end(children: readonly ChildProcess[]): Promise<void> {
  const left = children.filter((child) => child.exitCode === null && child.signalCode === null);
  for (const child of left) child.kill("SIGTERM");
  const late = setTimeout(() => {
    for (const child of left) child.kill("SIGKILL");
  }, GRACE_SECONDS * 1e3);
  await Promise.all(left.map(ended));
  clearTimeout(late);
}

export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  child.ref();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
  });
}

/** How a child ended, for people. */
export function ending(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`;
}

/** The last lines of a log, below the path of it. */
export function tail(log: string): string {
  let lines: string[] = [];
  try {
    lines = readFileSync(log, "utf8").trimEnd().split("\n").slice(-5);
  } catch {
    // Without a log there is nothing to add to the message.
  }
  const text = lines.filter((line) => line !== "").map((line) => `\n  ${line}`);
  return `\n  log: ${log}${text.join("")}`;
}
