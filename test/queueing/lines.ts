import fc from "fast-check";
import type { Line, Station } from "../../sim/queueing/line.ts";

/** A line of single servers with all its times drawn: `arrivals` null for a saturated source. */
export interface Drawn {
  readonly arrivals: number[] | null;
  readonly services: number[][];
  /** Of stations 2 and on. */
  readonly buffers: number[];
  readonly blocking: "after-service" | "before-service";
}

const time = fc.double({ min: 0, max: 10, noNaN: true });

/** Lines of up to 9 stations; some saturated, some of whole seconds, where much happens at once. */
export const drawn: fc.Arbitrary<Drawn> = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 120 }), fc.boolean(), fc.boolean())
  .chain(([stations, jobs, saturated, whole]) => {
    const times = fc.array(whole ? time.map(Math.round) : time, { minLength: jobs, maxLength: jobs });
    return fc.record({
      arrivals: saturated ? fc.constant(null) : times.map(summed),
      services: fc.array(times, { minLength: stations, maxLength: stations }),
      buffers: fc.array(fc.constantFrom(0, 1, 2, 5, Number.POSITIVE_INFINITY), {
        minLength: stations - 1,
        maxLength: stations - 1,
      }),
      blocking: fc.constantFrom("after-service", "before-service"),
    });
  });

function summed(gaps: readonly number[]): number[] {
  let now = 0;
  return gaps.map((gap) => {
    now += gap;
    return now;
  });
}

export function lineOf({ arrivals, services, buffers, blocking }: Drawn): Line {
  return {
    arrivals: arrivals === null ? { kind: "saturated" } : { kind: "trace", times: arrivals },
    stations: services.map((times, j): Station => {
      const service = { kind: "trace", times } as const;
      return j === 0 ? { service } : { service, buffer: buffers[j - 1]! };
    }),
    blocking,
  };
}

export const exponential = (mean: number, more: Omit<Station, "service"> = {}): Station => ({
  service: { kind: "exponential", mean },
  ...more,
});
