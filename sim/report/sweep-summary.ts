import { labelOf } from "../compare/label.ts";
import type { Bottleneck, Interval } from "../prediction.ts";
import { percentileInterval } from "../statistics/bootstrap.ts";
import { mean } from "../statistics/moments.ts";
import { plainValue } from "../sweep/axis.ts";
import type { Flip, Outcome } from "../sweep/flips.ts";
import type { Figure } from "../sweep/replicate.ts";
import { coordinatesOf } from "../sweep/sweep.ts";
import type { UnitResult } from "../sweep/unit.ts";

/** A figure over replications: its mean, and their central 95 %. */
export interface Estimate {
  readonly mean: number;
  readonly interval: Interval;
}

/** What JSON says of a point: values of the axes in SI units, the best candidate, and how far it is ahead. */
export interface PointSummary {
  readonly at: Readonly<Record<string, number | string>>;
  readonly best: string;
  readonly figures: Readonly<Record<Figure, Estimate>>;
  readonly bottleneck: Bottleneck;
  readonly second: string | null;
  /** Over the second, frames/s or seconds; 95 % of paired differences. */
  readonly lead: Estimate | null;
  /** Candidates that can't be told apart from the best. */
  readonly rivals: readonly string[];
}

/** A sweep's outcome as JSON. */
export interface SweepSummary {
  readonly topology: string;
  readonly figure: Figure;
  readonly replications: number;
  readonly axes: readonly { readonly key: string; readonly values: readonly (number | string)[] }[];
  readonly points: readonly PointSummary[];
  readonly flips: readonly Omit<Flip, "position" | "positions" | "coordinates">[];
}

export function sweepSummary({ sweep, figure, decisions }: Outcome, flips: readonly Flip[]): SweepSummary {
  const axes = sweep.axes.map((axis) => ({ key: axis.key, values: axis.values.map((_, i) => plainValue(axis, i)) }));
  return {
    topology: sweep.base.name,
    figure,
    replications: sweep.replications,
    axes,
    points: decisions.map(({ point, best, second, lead, rivals }) => {
      const coordinates = coordinatesOf(sweep, point);
      return {
        at: Object.fromEntries(axes.map(({ key, values }, i) => [key, values[coordinates[i]!]!])),
        best: labelOf(best),
        figures: figuresOf(best),
        bottleneck: best.bottleneck,
        second: second && labelOf(second),
        lead,
        rivals: rivals.map(labelOf),
      };
    }),
    flips: flips.map(({ position: _, positions: __, coordinates: ___, ...flip }) => flip),
  };
}

function figuresOf({ samples }: UnitResult): Record<Figure, Estimate> {
  const of = (figure: Figure): Estimate => {
    const sorted = samples[figure].toSorted((a, b) => a - b);
    return { mean: mean(sorted), interval: percentileInterval(sorted) };
  };
  return { throughput: of("throughput"), mean: of("mean"), p50: of("p50"), p95: of("p95"), p99: of("p99") };
}
