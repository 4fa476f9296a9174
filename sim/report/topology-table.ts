import { groupingOf } from "../compare/label.ts";
import type { Compression } from "../compression.ts";
import { arrivalsText, disturbanceText } from "../disturbance.ts";
import type { Experiment } from "../experiment.ts";
import { describeShape } from "../frame.ts";
import { loadLabel } from "../load.ts";
import type { Plan } from "../plan.ts";
import { sizeText } from "../topology/size.ts";
import type { Topology } from "../topology/topology.ts";
import { type Column, tableLines, wrap } from "./columns.ts";
import { formatSeconds } from "./format.ts";

const STAGES: readonly Column[] = [
  { title: "stage", width: 12, align: "left" },
  { title: "kernel", width: 10, align: "left" },
  { title: "output", width: 23, align: "left" },
  { title: "operations", width: 12, align: "right" },
  { title: "may run on", width: 19, align: "left" },
];

/** What a topology describes, for a terminal of 80 columns; stages as they are in a plan of its first size. */
export function topologyTable(topology: Topology, plan: Plan): string {
  const { nodes, links, workload } = topology;
  const stages = plan.pods.flatMap((pod) => pod.stages);
  const rows = stages.map(({ name, kernel, output, cost }, i) => [
    name,
    kernel,
    describeShape(output),
    cost.operations.toLocaleString("en"),
    topology.stages[i]!.nodes?.join(", ") ?? "any node",
  ]);
  const lines = [
    ...wrap(`${topology.name}: ${topology.description}`),
    "",
    ...nodes.flatMap(({ letter, name, host, speed }) =>
      wrap(`node ${letter}  ${name} on host ${host}${speed < 1 ? `, emulated at speed ${speed}` : ""}`),
    ),
    ...links.flatMap(({ between, bandwidth, delay }) =>
      wrap(`link    ${between.join(" - ")}: ${bandwidthText(bandwidth)}, ${formatSeconds(delay)} each way`),
    ),
    "",
    `stages at ${sizeText(plan.size)}`,
    ...tableLines(STAGES, rows),
    "",
    ...wrap(
      `workload: sizes ${workload.sizes.map(sizeText).join(", ")}; loads ${workload.loads.map(loadLabel).join(", ")};${workload.arrivals === undefined ? "" : ` arrivals ${arrivalsText(workload.arrivals)};`}${overflowText(workload)} ${workload.frames} frames, ${workload.warmup} of them warm-up; window ${workload.window};${compressionText(workload.compression)}${workersText(workload.workers)} ${workload.repeats} runs per plan; seed ${workload.seed}`,
    ),
    ...(topology.disturbances ?? []).flatMap((one) => wrap(`happens: ${disturbanceText(one)}`)),
  ];
  return lines.join("\n");
}

function compressionText(compressions: readonly Compression[]): string {
  return compressions.includes("zstd") ? ` compression ${compressions.join(", ")};` : "";
}

function overflowText({ overflow, buffer = 0 }: Topology["workload"]): string {
  return overflow === undefined ? "" : ` overflow ${overflow}, buffer ${buffer};`;
}

function workersText(workers: readonly number[]): string {
  return workers.some((count) => count > 0) ? ` workers ${workers.join(", ")};` : "";
}

function bandwidthText(bandwidth: number | null): string {
  return bandwidth === null ? "any bandwidth" : `${Number(((bandwidth * 8) / 1e6).toPrecision(4))} Mbit/s`;
}

const PLANS: readonly Column[] = [
  { title: "plan", width: 34, align: "left" },
  { title: "split", width: 12, align: "left" },
  { title: "pods", width: 11, align: "left" },
  { title: "load", width: 9, align: "left" },
  { title: "candidate", width: 9, align: "left" },
];

/** Characters of an id's beginning that stay where it does not fit: the split has a column of its own. */
const HEAD = 6;

/** Plans of one split are told apart by the end of their ids, so what goes is the middle. */
function idWithin(id: string, width: number): string {
  return id.length <= width ? id : `${id.slice(0, HEAD)}…${id.slice(HEAD + 1 - width)}`;
}

/** The plans of a topology, for a terminal of 80 columns. */
export function planTable(experiments: readonly Experiment[]): string {
  const rows = experiments.map(({ id, saturated, load }) => [
    idWithin(id, PLANS[0]!.width),
    saturated.split,
    groupingOf(saturated),
    loadLabel(load),
    saturated.candidate ? "yes" : "baseline",
  ]);
  return [
    ...tableLines(PLANS, rows),
    "",
    ...wrap(
      `${experiments.length} plans; a baseline has a stage where the topology does not allow it: it is run, but never called best`,
    ),
  ].join("\n");
}
