import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

/** Says after all tests which were skipped, and why: by the note that a test gave, or the title that tells the reason. */
export default class Skipped implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests("skipped")) {
        const reason = reasonOf(test);
        // One that nobody asked for has none.
        if (reason === null) continue;
        const line = `${module.relativeModuleId}: ${reason}`;
        skipped.set(line, (skipped.get(line) ?? 0) + 1);
      }
    }
    if (skipped.size === 0) return;
    const lines = Array.from(skipped, ([line, count]) => `  ${line}${count === 1 ? "" : ` (${count} tests)`}\n`);
    process.stdout.write(`\nSkipped:\n${lines.join("")}`);
  }
}

function reasonOf(test: TestCase): string | null {
  const result = test.result();
  if (result.state === "skipped" && result.note !== undefined) return `${test.fullName}: ${result.note}`;
  const titles: string[] = [];
  for (let one: TestCase | TestSuite | TestModule = test; one.type !== "module"; one = one.parent)
    titles.unshift(one.name);
  // A suite that is skipped tells the reason for all of its tests.
  return titles.find((title) => /\((?:skipped|needs|Linux)\b/.test(title)) ?? null;
}
