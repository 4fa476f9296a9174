import type { RandomStream } from "../engine/random.ts";

/** The same items in a random order, each equally likely (Fisher & Yates; Durstenfeld, CACM 7(7), 1964). */
export function shuffled<T>(items: readonly T[], stream: RandomStream): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = stream.integer(i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}
