/** A queue whose mean is known, M/M/1: theory and simulation, whose 95 % intervals should hold the exact figure. */
import { mm1, simulateLine } from "../../sim/index.ts";

console.log("load  exact  simulated  95 % interval    warm-up jobs");
for (const load of [0.5, 0.8, 0.9, 0.95]) {
  const { sojourn, warmup } = simulateLine(
    { arrivals: { kind: "poisson", rate: load }, stations: [{ service: { kind: "exponential", mean: 1 } }] },
    { jobs: 1_000_000, seed: 1 },
  );
  const [low, high] = sojourn.interval.map((seconds) => seconds.toFixed(3).padStart(6));
  const exact = mm1(load, 1).sojourn.toFixed(2).padStart(5);
  const value = sojourn.value.toFixed(3).padStart(9);
  console.log(`${load.toFixed(2)}  ${exact}  ${value}  ${low}..${high}  ${String(warmup).padStart(12)}`);
}
