/** Pulls frames over edgetwin's hop. Arguments: client, address, window; what to measure comes on standard input. */
import { FrameCollector, primeHeap } from "../../../live/stage/heap.ts";
import { Upstream } from "../../../live/stage/upstream.ts";
import { Stopwatch } from "./stopwatch.ts";

const [address, window] = process.argv.slice(3);
const FLOW_CONTROL_WINDOW = 16 * 1024 * 1024;

primeHeap(2 * FLOW_CONTROL_WINDOW);
const collector = new FrameCollector();
const stopwatch = new Stopwatch();
const upstream = new Upstream(
  address!,
  { flowControlWindow: FLOW_CONTROL_WINDOW },
  {
    frame: ({ sequence, samples, release }) => {
      release();
      // As a pod does.
      collector.passed(samples.byteLength);
      stopwatch.passed(samples.byteLength, () => upstream.acknowledge(sequence + 1));
    },
    finished: () => process.exit(1),
    unreachable: () => {},
    failed: (code, reason) => {
      process.stderr.write(`${code}: ${reason}\n`);
      process.exit(1);
    },
  },
);
upstream.open({ id: "bench", frames: 1e9, rate: 0, height: 1, width: 1, window: Number(window), digests: 0 }, 0);
