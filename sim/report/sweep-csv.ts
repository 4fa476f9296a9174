import { percentileInterval } from "../statistics/bootstrap.ts";
import { mean } from "../statistics/moments.ts";
import { plainValue } from "../sweep/axis.ts";
import type { Outcome } from "../sweep/flips.ts";
import { coordinatesOf } from "../sweep/sweep.ts";

/** CSV (RFC 4180) of a sweep: a line for each candidate at each point, figures in frames/s and seconds, what a source drops as a share. */
export function sweepCsv({ sweep, units }: Outcome): string {
  const figures = ["throughput", "mean", "p50", "p95", "p99"] as const;
  const all = [...units.values()].flat();
  const drops = all.some(({ dropped }) => dropped !== undefined);
  const head = [
    ...sweep.axes.map(({ key }) => key),
    ...["split", "grouping", "compression", "workers", "allowed", "rate"],
    ...figures.flatMap((figure) => (figure === "throughput" ? [figure] : [`${figure}_seconds`])),
    ...["throughput_low", "throughput_high", "bottleneck"],
    ...(drops ? ["dropped"] : []),
  ];
  const rows = all.map((unit) => {
    const coordinates = coordinatesOf(sweep, unit.point);
    const [low, high] = percentileInterval(unit.samples.throughput.toSorted((a, b) => a - b));
    return [
      ...sweep.axes.map((axis, i) => plainValue(axis, coordinates[i]!)),
      ...[unit.split, unit.grouping, unit.compression, unit.workers, unit.allowed, unit.rate ?? ""],
      ...figures.map((figure) => mean(unit.samples[figure])),
      ...[low, high, `${unit.bottleneck.kind} ${unit.bottleneck.name}`],
      ...(drops ? [unit.dropped ?? 0] : []),
    ];
  });
  return `${[head, ...rows].map((cells) => cells.map(cell).join(",")).join("\r\n")}\r\n`;
}

function cell(value: string | number | boolean): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
