const FIRST = 10;
const COLUMN = 8;

/** Names of the columns: at most 80 characters with eight runners. */
export function header(names: readonly string[]): string {
  return line("", names);
}

/** Milliseconds, and below them how many times the first each is. */
export function row(title: string, medians: readonly (number | null)[]): string {
  const first = medians[0]!;
  const ratios = medians.map((ms, k) => (k === 0 || ms === null ? "" : `${digits(ms / first!)}x`));
  const times = medians.map((ms) => (ms === null ? "-" : digits(ms)));
  return line(title, times) + line("", ratios);
}

/** Three significant digits, never in powers of ten. */
function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  if (value >= 1) return value.toFixed(2);
  return value.toFixed(value >= 0.1 ? 3 : 4);
}

function line(first: string, cells: readonly string[]): string {
  return `${(first.padEnd(FIRST) + cells.map((cell) => cell.padStart(COLUMN)).join("")).trimEnd()}\n`;
}
