import type { KernelCatalogue } from "../topology/catalogue.ts";
import { check } from "../topology/check.ts";
import type { Finding } from "../topology/problem.ts";
import type { Topology } from "../topology/topology.ts";
import type { Axis } from "./axis.ts";
import { changed } from "./change.ts";
import { pipelinesOf } from "./sweep.ts";

/** Values of axes that do not go with the rest of the topology. */
export interface Misfit extends Pick<Finding, "value" | "message" | "allowed"> {
  /** Of the axis, or of several that only together are wrong. */
  readonly key: string;
}

/** What stages and sizes change is checked by pipeline; of a link or node that has less than a disturbance leaves, it leaves all (`leftOf`). */
const UNCHECKED: readonly Axis["kind"][] = ["stage", "size", "bandwidth", "speed"];

/** What can't be at some point of the axes, each once. */
export function misfits(topology: Topology, axes: readonly Axis[], catalogue: KernelCatalogue): Misfit[] {
  const context = axes.reduce(inContext, topology);
  const checked = (one: Topology, blame: (finding: Finding) => string) =>
    check(one, catalogue).map((finding) => ({ ...finding, key: blame(finding) }));
  const found = [
    ...blocked(axes),
    // Whether stages take each other's frames depends on all that changes shapes.
    ...pipelinesOf(context, axes).flatMap((one) => checked(one, (finding) => blamed(finding, one, axes))),
    ...axes.flatMap((axis) =>
      UNCHECKED.includes(axis.kind)
        ? []
        : axis.values.flatMap((_, i) => checked(changed(context, axis, i), () => axis.key)),
    ),
  ];
  const texts = found.map(({ message, allowed }) => [message, allowed].join());
  return found.filter((_, i) => texts.indexOf(texts[i]!) === i);
}

/** With what an axis has that makes values of others right, or wrong: rates, drops, the fewest frames, the shortest while. */
function inContext(topology: Topology, axis: Axis): Topology {
  switch (axis.kind) {
    case "load":
      return { ...topology, workload: { ...topology.workload, loads: axis.values } };
    case "overflow":
      return changed(topology, axis, Math.max(0, axis.values.indexOf("drop-oldest")));
    case "rate":
      return changed(topology, axis, 0);
    case "from":
      return changed(topology, axis, axis.values.indexOf(Math.max(...axis.values)));
    case "until":
    case "frames":
      return changed(topology, axis, axis.values.indexOf(Math.min(...axis.values)));
    default:
      return topology;
  }
}

/** A buffer is nothing to a source that waits. */
function blocked(axes: readonly Axis[]): Misfit[] {
  if (!axes.some((axis) => axis.kind === "overflow" && axis.values.includes("block"))) return [];
  const misfit = {
    value: "block",
    message: "has no effect where overflow is block",
    allowed: "overflow=drop-oldest alone",
  };
  return axes.filter(({ kind }) => kind === "buffer").map(({ key }) => ({ key, ...misfit }));
}

/** The axes that may be to blame for what is wrong in their context: the stage's or disturbance's own, else all of shapes, or of loads. */
function blamed({ path: [part, index] }: Finding, { stages }: Topology, axes: readonly Axis[]): string {
  const item = part === "stages" && typeof index === "number" ? stages[index]?.name : index;
  const own = axes.filter(({ key }) => key.startsWith(`${part}.${item}.`));
  const kinds: readonly Axis["kind"][] = part === "stages" ? ["size", "stage"] : ["load", "rate", "overflow", "frames"];
  const others = axes.filter(({ kind }) => kinds.includes(kind));
  const all = own.length > 0 ? own : others.length > 0 ? others : axes;
  return all.map(({ key }) => key).join(", ");
}
