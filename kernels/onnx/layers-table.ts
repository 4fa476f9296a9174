import { type Column, tableLines, wrap } from "../../sim/report/columns.ts";
import { formatAmount } from "../../sim/report/format.ts";
import type { Layer, Layers } from "./cuts.ts";

const TENSOR_WIDTH = 20;
const COLUMNS: readonly Column[] = [
  { title: "tensor", width: TENSOR_WIDTH, align: "left" },
  { title: "operators before", width: 16, align: "left" },
  { title: "frame", width: 12, align: "left" },
  { title: "bytes", width: 7, align: "right" },
  { title: "operations", width: 10, align: "right" },
  { title: "parameters", width: 10, align: "right" },
];

/** Where a model can be cut, for a terminal of 80 columns. Long names lose their middle; JSON has all of them. */
export function layersTable({ layers, others }: Layers): string {
  const rows = layers.map(({ tensor, operators, shape, bytes, operations, parameterBytes }) => [
    shortened(tensor, TENSOR_WIDTH),
    counted(operators),
    `${shape.height}x${shape.width}x${shape.channels}`,
    formatAmount(bytes, "B"),
    formatAmount(operations),
    formatAmount(parameterBytes, "B"),
  ]);
  const sum = (of: (layer: Layer) => number) => layers.reduce((total, layer) => total + of(layer), 0);
  const total = `${formatAmount(sum(({ operations }) => operations))} operations, ${formatAmount(
    sum(({ parameterBytes }) => parameterBytes),
    "B",
  )} of parameters in all`;
  const left = others.map(({ tensor, shape }) => `${tensor} (${shape})`).join(", ");
  return [
    ...tableLines(COLUMNS, rows),
    "",
    ...wrap(total),
    ...(others.length === 0 ? [] : wrap(`no frame, so no cut: ${left}`)),
  ].join("\n");
}

/** `2 Conv Relu Add`: each type once, in the order in which they come. */
function counted(types: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => (count === 1 ? type : `${count} ${type}`)).join(" ");
}

/** `/features/…/Conv_output_0`: exporters' names tell layers apart at either end. */
function shortened(name: string, width: number): string {
  const characters = [...name];
  if (characters.length <= width) return name;
  const head = Math.floor((width - 1) / 2);
  return [...characters.slice(0, head), "…", ...characters.slice(characters.length - (width - 1 - head))].join("");
}
