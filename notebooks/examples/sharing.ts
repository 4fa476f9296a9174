/** Two pods on one core and on two: work of 2 and 3 s a frame. While both want the only core, each gets half of it. */
import { costsOf, pipeline, simulate } from "../../sim/index.ts";

for (const cores of [1, 2]) {
  const { plan, profile } = pipeline({
    hosts: { box: cores },
    pods: [
      { name: "first", cpu: 2 },
      { name: "second", cpu: 3 },
    ],
    frames: 4,
  });
  const { trace, resources } = simulate(plan, costsOf(plan, profile, null), 0);
  console.log(`${cores} core${cores === 1 ? "" : "s"}, busy ${(100 * resources[0]!.value).toFixed(0)} %`);
  for (const { pod, start, end } of trace.pods) {
    const spans = Array.from(start, (from, frame) => `${from.toFixed(1)}-${end[frame]!.toFixed(1)}`);
    console.log(`  ${pod.padEnd(6)} ${spans.join("  ")}`);
  }
}
