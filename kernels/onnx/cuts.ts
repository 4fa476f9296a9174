import { bytesOf, type FrameShape } from "../../sim/frame.ts";
import { frameOf, notAFrame } from "./frames.ts";
import type { Operator } from "./model.ts";
import type { Part } from "./part.ts";
import { dimsText } from "./tensor.ts";

/** A tensor where a model can be cut, and what lies between it and the one before. */
export interface Layer {
  readonly tensor: string;
  /** Types of the operators, in their order; none at the first one, the input. */
  readonly operators: readonly string[];
  readonly shape: FrameShape;
  /** Of a frame there. */
  readonly bytes: number;
  /** A multiply-add counts as 2. */
  readonly operations: number;
  readonly parameterBytes: number;
}

export interface Layers {
  readonly layers: readonly Layer[];
  /** Tensors that separate the model but are no frames. */
  readonly others: readonly { readonly tensor: string; readonly shape: string }[];
}

/**
 * Tensors that every way from a part's input to its output passes through, in their order, with the operators since the one
 * before: one frame carries all that is needed behind each of them.
 */
export function separators(part: Part): { tensor: string; operators: Operator[] }[] {
  const { operators, following, from, to } = part;
  const lastRead = new Map<string, number>();
  for (const [index, { inputs, captured }] of operators.entries())
    for (const name of [...inputs, ...captured]) if (following.has(name)) lastRead.set(name, index);
  lastRead.set(to, operators.length);
  const found: { tensor: string; operators: Operator[] }[] = [{ tensor: from, operators: [] }];
  const needed = new Set([from]);
  let since: Operator[] = [];
  for (const [index, operator] of operators.entries()) {
    since.push(operator);
    for (const name of needed) if (lastRead.get(name)! <= index) needed.delete(name);
    for (const name of operator.outputs)
      if (following.has(name) && (lastRead.get(name) ?? -1) > index) needed.add(name);
    // All operators of a part lie on a way from its input to its output, or are constants: what comes later follows from this.
    const [tensor] = needed;
    if (needed.size !== 1 || !operator.outputs.includes(tensor!)) continue;
    found.push({ tensor: tensor!, operators: since });
    since = [];
  }
  return found;
}

/** Where less than this share of all operations would be gained, a cut is not worth a stage of its own. */
const NEGLIGIBLE = 0.01;

/**
 * The cuts that are worth being between two stages: one is left out where the next one carries no more bytes and almost no
 * operations lie between them (`relu` after `conv`). The first and the last one stay.
 */
export function worthwhile(layers: readonly Layer[]): Layer[] {
  const negligible = NEGLIGIBLE * layers.reduce((sum, { operations }) => sum + operations, 0);
  return layers.filter(({ bytes }, index) => {
    const next = layers[index + 1];
    return index === 0 || next === undefined || next.bytes > bytes || next.operations > negligible;
  });
}

/** Where a part can be cut, for frames of a shape. @throws RangeError if it can't take them. */
export function layersOf(part: Part, frame: FrameShape): Layers {
  const { following } = part;
  const tensors = part.tensorsFor(frame);
  const counted = new Set<string>();
  const layers: Layer[] = [];
  const others: Layers["others"][number][] = [];
  let since: Operator[] = [];
  for (const { tensor, operators } of separators(part)) {
    since.push(...operators);
    const known = tensors.get(tensor)!;
    if (notAFrame(tensor, known) !== null) {
      others.push({ tensor, shape: dimsText(known.dims ?? []) });
      continue;
    }
    const read = new Set(since.flatMap(({ inputs, captured }) => [...inputs, ...captured]));
    const parameters = part.constants.filter((name) => read.has(name) && !counted.has(name));
    for (const name of parameters) counted.add(name);
    const shape = frameOf(tensor, known);
    layers.push({
      tensor,
      operators: since.filter(({ outputs }) => outputs.some((name) => following.has(name))).map(({ type }) => type),
      shape,
      bytes: bytesOf(shape),
      operations: since.reduce((sum, operator) => sum + part.operationsOf(operator, tensors), 0),
      parameterBytes: part.parameterBytes(parameters),
    });
    since = [];
  }
  return { layers, others };
}
