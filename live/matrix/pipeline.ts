import { dirname } from "node:path";
import type { KernelCatalogue } from "../../sim/topology/catalogue.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import { kernelsFor } from "../stage/models.ts";
import { type Bench, openBench } from "../workbench.ts";

/** A topology of the matrix, as its file has it. */
export interface Pipeline extends Pick<Bench, "text" | "baseDirectory"> {
  readonly topology: Topology;
  readonly kernels: KernelCatalogue;
}

/** @throws TopologyError with every problem of a file; ArtefactError if it can't be read. */
export async function openPipeline(file: string): Promise<Pipeline> {
  const { topology, text, baseDirectory } = await openBench(file, {});
  const stages = topology.stages.map(({ kernel, params }) => ({ kernel, model: params.model }));
  return { topology, text, baseDirectory, kernels: await kernelsFor(stages, dirname(file)) };
}
