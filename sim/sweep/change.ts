import type { Disturbance } from "../disturbance.ts";
import type { Link, Load, Node, Stage, Topology } from "../topology/topology.ts";
import { type Axis, between, isNumeric, type NumericAxis } from "./axis.ts";
import { linkName } from "./parameters.ts";

/** The number of a numeric axis at a coordinate, between its values if that is a fraction. */
export function numberAt(axis: NumericAxis, coordinate: number): number {
  const index = Math.floor(coordinate);
  const low = axis.values[index]!;
  return coordinate === index ? low : between(axis, low, axis.values[index + 1]!, coordinate - index);
}

/**
 * A topology with a parameter at a coordinate of its axis. With other `frames` the warm-up grows in proportion, as where a run is to last.
 * Of sizes, compressions and workers, which plans are of, there is one.
 */
export function changed(topology: Topology, axis: Axis, coordinate: number): Topology {
  if (isNumeric(axis)) return withNumber(topology, axis, numberAt(axis, coordinate));
  const { workload } = topology;
  switch (axis.kind) {
    case "size":
      return { ...topology, workload: { ...workload, sizes: [axis.values[coordinate]!] } };
    case "load":
      return withLoad(topology, axis.values[coordinate]!);
    case "compression":
      return { ...topology, workload: { ...workload, compression: [axis.values[coordinate]!] } };
    case "arrivals":
      return { ...topology, workload: { ...workload, arrivals: axis.values[coordinate]! } };
    case "overflow": {
      // A buffer is nothing to a source that waits.
      const { overflow: _, buffer: __, ...others } = workload;
      const overflow = axis.values[coordinate]!;
      return { ...topology, workload: overflow === "block" ? others : { ...workload, overflow } };
    }
    case "stage":
      return withStage(topology, axis.target, (stage) => {
        const value = axis.values[coordinate];
        if (axis.parameter === "implementation") return { ...stage, implementation: value as string };
        return { ...stage, params: { ...stage.params, [axis.parameter]: value } };
      });
  }
}

function withNumber(topology: Topology, { kind, target }: NumericAxis, value: number): Topology {
  const { workload } = topology;
  const links = (change: (link: Link) => Link) =>
    topology.links.map((link) => (target === null || linkName(link.between) === target ? change(link) : link));
  const nodes = (change: Partial<Node>) =>
    topology.nodes.map((node) => (node.name === target ? { ...node, ...change } : node));
  switch (kind) {
    case "bandwidth":
      return { ...topology, links: links((link) => ({ ...link, bandwidth: value })) };
    case "delay":
      return { ...topology, links: links((link) => ({ ...link, delay: value })) };
    case "speed":
    case "cpus":
    case "quota":
      return { ...topology, nodes: nodes({ [kind]: value }) };
    case "cores": {
      const hosts = topology.hosts.map((host) => (host.name === target ? { ...host, cores: value } : host));
      return { ...topology, hosts };
    }
    case "workers":
      return { ...topology, workload: { ...workload, workers: [value] } };
    case "window":
    case "buffer":
    case "warmup":
      return { ...topology, workload: { ...workload, [kind]: value } };
    case "frames": {
      const warmup = Math.floor((workload.warmup * value) / workload.frames);
      return { ...topology, workload: { ...workload, frames: value, warmup } };
    }
    case "rate":
      return withLoad(topology, { kind: "rate", rate: value });
    case "from":
    case "until":
    case "at":
    case "restart":
    case "burst":
      return withDisturbance(topology, Number(target), { [kind]: value });
    case "bandwidthLeft":
      return withDisturbance(topology, Number(target), { bandwidth: { share: value } });
    case "speedLeft":
      return withDisturbance(topology, Number(target), { speed: { share: value } });
  }
}

function withDisturbance(topology: Topology, index: number, change: object): Topology {
  const disturbances = topology.disturbances!.map((one, i): Disturbance => (i === index ? { ...one, ...change } : one));
  return { ...topology, disturbances };
}

function withStage(topology: Topology, name: string, change: (stage: Stage) => Stage): Topology {
  return { ...topology, stages: topology.stages.map((stage) => (stage.name === name ? change(stage) : stage)) };
}

function withLoad(topology: Topology, load: Load): Topology {
  return { ...topology, workload: { ...topology.workload, loads: [load] } };
}
