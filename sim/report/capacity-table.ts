import { labelWithin, sameSize, sizeLabel, sizesOf } from "../compare/label.ts";
import type { Bound, Capacity } from "../sweep/capacity.ts";
import { type Column, TERMINAL_WIDTH, tableLines } from "./columns.ts";
import { formatBottleneck, formatRate, formatSeconds, formatShare } from "./format.ts";

const COLUMNS: readonly Column[] = [
  { title: "split", width: 12, align: "left" },
  { title: "highest", width: 8, align: "right" },
  { title: "95 % interval", width: 15, align: "right" },
  { title: "carried", width: 8, align: "right" },
  { title: "limited by", width: TERMINAL_WIDTH - 12 - 8 - 15 - 8 - 4, align: "left" },
];

type Sized = Capacity & { readonly size: readonly [number, number]; readonly allowed: boolean };

/** The highest rate that keeps a bound, by split, and what stands in the way: a table for each size, 80 columns. */
export function capacityTable(capacities: readonly Sized[], { figure, seconds }: Bound): string {
  const sections = sizesOf(capacities).map((size) => {
    const here = capacities.filter((one) => sameSize(one.size, size));
    const rows = here.map((capacity) => [
      labelWithin(capacity, COLUMNS[0]!.width),
      capacity.rate === null ? "never" : formatRate(capacity.rate),
      intervalText(capacity),
      formatRate(capacity.carried),
      limitText(capacity, seconds),
    ]);
    const best = here.filter(({ allowed, rate }) => allowed && rate !== null).toSorted((a, b) => b.rate! - a.rate!)[0];
    const verdict =
      best === undefined
        ? `no split that the topology allows keeps ${figure} under ${formatSeconds(seconds)}`
        : `highest of those that the topology allows: ${labelWithin(best, 12)}, ${formatRate(best.rate!)}`;
    const title = `${sizeLabel(size)}: highest rate with ${figure} under ${formatSeconds(seconds)}`;
    return [title, ...tableLines(COLUMNS, rows), verdict].join("\n");
  });
  return `${sections.join("\n\n")}\n`;
}

function intervalText({ interval, carried }: Capacity): string {
  if (interval === null) return "";
  const [low, high] = interval;
  const text = (rate: number) => formatRate(rate).replace(" /s", "");
  return `${low === null ? `< ${text(0.02 * carried)}` : text(low)} - ${text(high ?? carried)}`;
}

function limitText({ limit, bottleneck, lowest }: Capacity, bound: number): string {
  const busiest = `${formatBottleneck(bottleneck)} (${formatShare(bottleneck.utilisation).replace(/\.\d/, "")})`;
  if (limit === "throughput") return `full: ${busiest}`;
  if (lowest === null) return busiest;
  return `${formatSeconds(lowest.seconds)}: ${lowest.part} ${formatSeconds(Math.min(lowest.partSeconds, Math.max(bound, lowest.seconds)))}`;
}
