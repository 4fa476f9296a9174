import fc from "fast-check";
import { expect, test } from "vitest";
import { jacksonTandem } from "../../sim/analytic/jackson.ts";
import { lindley } from "../../sim/analytic/lindley.ts";
import { md1, mg1 } from "../../sim/analytic/mg1.ts";
import { mm1, mmc } from "../../sim/analytic/mmc.ts";
import { mg1Sharing, mgcSharing } from "../../sim/analytic/sharing.ts";
import { RandomStream } from "../../sim/engine/random.ts";
import { intervalOfMeans } from "../../sim/statistics/interval.ts";
import { mean } from "../../sim/statistics/moments.ts";
import { poisson, serve, share } from "../engine/station.ts";

/** The engine against exact results, on the engine's own random streams. */

const JOBS = 12_000;
const WARMUP = 2_000;

/** 95 % interval of the mean sojourn over 20 replications with mean service 1. */
function sojourn(
  name: string,
  rate: number,
  service: (stream: RandomStream) => number,
  run: (arrivals: Float64Array, services: Float64Array) => Float64Array,
): readonly [number, number] {
  const means = Array.from({ length: 20 }, (_, replication) => {
    const arrivals = poisson(new RandomStream(11, name, replication, "arrivals"), rate, JOBS);
    const stream = new RandomStream(11, name, replication, "services");
    const services = Float64Array.from({ length: JOBS }, () => service(stream));
    return mean(run(arrivals, services).subarray(WARMUP));
  });
  return intervalOfMeans(means);
}

function expectInside(interval: readonly [number, number], exact: number): void {
  expect(interval[0]).toBeLessThan(exact);
  expect(interval[1]).toBeGreaterThan(exact);
  // An interval that holds everything would prove nothing.
  expect((interval[1] - interval[0]) / exact).toBeLessThan(0.12);
}

const exponential = (stream: RandomStream) => stream.exponential(1);
const constant = () => 1;

test("a G/G/1 queue on the engine is Lindley's recursion", () => {
  const time = fc.double({ min: 0, max: 10, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(time, time), { minLength: 1, maxLength: 200 }), (jobs) => {
      let now = 0;
      const arrivals = jobs.map(([gap]) => {
        now += gap;
        return now;
      });
      const services = jobs.map(([, service]) => service);
      const waits = lindley(arrivals, services);
      serve(arrivals, services).forEach((stay, n) => {
        expect(Math.abs(stay - services[n]! - waits[n]!)).toBeLessThan(1e-9);
      });
    }),
    { seed: 12, numRuns: 200 },
  );
});

test("Lindley by hand, and its errors", () => {
  expect([...lindley([0, 1, 2, 10], [3, 2, 1, 1])]).toEqual([0, 2, 3, 0]);
  expect(() => lindley([0, 1], [1])).toThrow("2 arrivals, but 1 services");
  expect(() => lindley([1, 0], [1, 1])).toThrow("arrivals[1](=0)");
  expect(() => lindley([0, 1], [1, -1])).toThrow("services[1](=-1)");
});

test("M/M/1", () => {
  expectInside(sojourn("M/M/1", 0.7, exponential, serve), mm1(0.7, 1).sojourn);
});

test("M/D/1", () => {
  expectInside(sojourn("M/D/1", 0.8, constant, serve), md1(0.8, 1).sojourn);
});

test("M/G/1 with lognormal service", () => {
  expectInside(
    sojourn("M/G/1", 0.6, (stream) => stream.lognormal(1, 0.8), serve),
    mg1(0.6, 1, 0.8).sojourn,
  );
});

test("M/M/3", () => {
  const three = (arrivals: Float64Array, services: Float64Array) => serve(arrivals, services, 3);
  expectInside(sojourn("M/M/3", 2.3, exponential, three), mmc(2.3, 1, 3).sojourn);
});

test("processor sharing: the mean sojourn does not depend on the distribution of the work", () => {
  const exact = mg1Sharing(0.7, 1).sojourn;
  const one = (arrivals: Float64Array, works: Float64Array) => share(arrivals, works, 1);
  expect(exact).toBeCloseTo(1 / 0.3, 12);
  expectInside(sojourn("M/M/1-PS", 0.7, exponential, one), exact);
  expectInside(sojourn("M/D/1-PS", 0.7, constant, one), exact);
  expectInside(
    sojourn("M/G/1-PS", 0.7, (stream) => stream.lognormal(1, 1.5), one),
    exact,
  );
});

test("two shared cores have the mean of M/M/2, for constant work too", () => {
  const exact = mgcSharing(1.5, 1, 2).sojourn;
  const two = (arrivals: Float64Array, works: Float64Array) => share(arrivals, works, 2);
  expectInside(sojourn("M/M/2-PS", 1.5, exponential, two), exact);
  expectInside(sojourn("M/D/2-PS", 1.5, constant, two), exact);
});

test("two exponential stations in a row are a Jackson tandem", () => {
  const tandem = (arrivals: Float64Array, services: Float64Array) => {
    const first = serve(arrivals, services);
    const between = arrivals.map((time, n) => time + first[n]!);
    const stream = new RandomStream(13, arrivals[0]!);
    const second = serve(
      between,
      services.map(() => stream.exponential(1.2)),
    );
    return first.map((stay, n) => stay + second[n]!);
  };
  expectInside(sojourn("tandem", 0.6, exponential, tandem), jacksonTandem(0.6, [1, 1.2]).sojourn);
});
