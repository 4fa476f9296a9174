import type { Bottleneck } from "../prediction.ts";

// Numbers for human readers; files keep seconds and frames per second. Every number up to 1e99 takes at most 10 characters.

const TIME_UNITS = [
  { unit: "s", seconds: 1 },
  { unit: "ms", seconds: 1e-3 },
  { unit: "µs", seconds: 1e-6 },
] as const;

/** `12.3 ms`, from seconds; with `sign`, `+12.3 ms`. */
export function formatSeconds(seconds: number, { sign = false } = {}): string {
  if (!Number.isFinite(seconds)) return "-";
  const rounded = Number(seconds.toPrecision(3));
  const magnitude = Math.abs(rounded);
  // What is below 1 ns is 0 to a reader.
  if (magnitude < 1e-9) return "0 ms";
  const { unit, seconds: scale } = TIME_UNITS.find((each) => magnitude >= each.seconds) ?? TIME_UNITS[2];
  return `${sign && rounded > 0 ? "+" : ""}${significant(rounded / scale)} ${unit}`;
}

/** `45.1 /s`, from frames per second. */
export function formatRate(perSecond: number): string {
  return Number.isFinite(perSecond) ? `${significant(perSecond)} /s` : "-";
}

/** `+3.2 %`, from a relative error. */
export function formatSigned(share: number): string {
  const text = formatShare(share);
  return Number.isFinite(share) && share > 0 && !/^0\.0/.test(text) ? `+${text}` : text;
}

/** `3.2 %`, from a share. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return "-";
  const percent = share * 100;
  const magnitude = Math.abs(percent);
  if (magnitude >= 9_999.5) return `${exponential(percent)} %`;
  return `${percent.toFixed(magnitude < 99.95 ? 1 : 0).replace(/^-(0\.0)$/, "$1")} %`;
}

/** `0.80`: a ratio or a coefficient. */
export function formatRatio(ratio: number): string {
  return Number.isFinite(ratio) ? significant(ratio) : "-";
}

const PREFIXES = ["", "k", "M", "G", "T"];

/** `1.61 MB`, `21.7 M`: an amount of things that there are many of; prefixes are powers of 1000. */
export function formatAmount(amount: number, unit = ""): string {
  const rounded = Number(amount.toPrecision(3));
  const power = Math.min(PREFIXES.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, rounded)) / 3)));
  const scaled = rounded / 1000 ** power;
  return `${power === 0 ? scaled : significant(scaled)} ${PREFIXES[power]}${unit}`.trimEnd();
}

/** Three significant digits, but every digit of a number up to 99999. */
function significant(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude === 0) return "0";
  if (magnitude < 9.995e-3 || magnitude >= 99_999.5) return exponential(value);
  if (magnitude < 9.995) return value.toFixed(2);
  return value.toFixed(magnitude < 99.95 ? 1 : 0);
}

function exponential(value: number): string {
  return value.toExponential(0).replace("e+", "e");
}

/** `pod conv`; kinds that there is one of go by their own name: `window`. */
export function formatBottleneck({ kind, name }: Bottleneck): string {
  return kind === name ? kind : `${kind} ${name}`;
}
