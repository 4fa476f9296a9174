import { deepFreeze } from "../freeze.ts";
import type { FrameSize } from "../topology/catalogue.ts";
import { sizeText } from "../topology/size.ts";
import type { Link, Topology } from "../topology/topology.ts";

/** A link that the matrix puts between the nodes of its topologies. */
export interface MatrixLink extends Pick<Link, "bandwidth" | "delay"> {
  /** Part of the cell's name. */
  readonly name: string;
  /** For the reader. */
  readonly title: string;
}

/** `none` is there, as frames have to cross it, but holds nothing back. */
export const MATRIX_LINKS: readonly MatrixLink[] = [
  { name: "none", title: "none", bandwidth: null, delay: 0 },
  { name: "1gbit", title: "1 Gbit/s", bandwidth: 125e6, delay: 0 },
  { name: "100mbit", title: "100 Mbit/s, 5 ms", bandwidth: 12.5e6, delay: 5e-3 },
];

/**
 * What is calibrated, predicted, run and compared at a time: a pipeline at one size over one link, with all its splits,
 * groupings and loads. Few enough that the machine is much the same from the first measurement to the last.
 */
export interface Cell {
  /** Unique, and fit for a folder: `thesis-1gbit-128x128`. */
  readonly name: string;
  /** Name of the topology. */
  readonly pipeline: string;
  readonly link: MatrixLink;
  readonly size: FrameSize;
}

/** Every cell of some pipelines: each at each of its sizes over each link. */
export function cellsOf(pipelines: readonly Topology[], links: readonly MatrixLink[] = MATRIX_LINKS): Cell[] {
  return pipelines.flatMap(({ name: pipeline, workload }) =>
    links.flatMap((link) =>
      workload.sizes.map((size) => ({ name: `${pipeline}-${link.name}-${sizeText(size)}`, pipeline, link, size })),
    ),
  );
}

/** A pipeline as a cell has it: at one size, all its links that of the cell. Frozen deeply. */
export function topologyOf(pipeline: Topology, { link: { bandwidth, delay }, size }: Cell): Topology {
  return deepFreeze({
    ...pipeline,
    links: pipeline.links.map(({ between }) => ({ between, bandwidth, delay })),
    workload: { ...pipeline.workload, sizes: [size] },
  });
}
