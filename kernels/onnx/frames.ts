import { describeShape, type ElementType, type FrameShape } from "../../sim/frame.ts";
import type { FrameSize } from "../../sim/topology/catalogue.ts";
import { sizeText } from "../../sim/topology/size.ts";
import { type Dims, dimsText, elementsOf, FLOAT, known, type Tensor, typeName, UINT8 } from "./tensor.ts";

// A frame is a batch of one: 1 x channels x height x width, or 1 x numbers, which are channels of one sample each.

const ELEMENTS: Readonly<Record<number, ElementType>> = { [FLOAT]: "float32", [UINT8]: "uint8" };

/** Why a tensor can't be a frame, whatever its sizes; `null` if it can. */
export function notAFrame(name: string, { type, dims, why }: Tensor): string | null {
  if (dims === null) return why ?? `the shape of ${name} is not known`;
  const text = `${name} is ${dimsText(dims)} ${typeName(type)}`;
  if (!(type in ELEMENTS)) return `a tensor of float32 or uint8; ${text}`;
  if (dims.length !== 4 && dims.length !== 2)
    return `a tensor of 4 axes (1 x channels x height x width) or 2 (1 x numbers); ${text}`;
  return known(dims[0]!) && dims[0] !== 1 ? `a batch of 1, as a frame is; ${text}` : null;
}

/** The sizes of a tensor that takes a frame. @throws RangeError if it takes other ones. */
export function bind(name: string, { type, dims }: Tensor, frame: FrameShape): Dims {
  const { height, width, channels, element } = frame;
  const bound = dims!.length === 4 ? [1, channels, height, width] : [1, channels];
  const wrong =
    dims!.some((size, axis) => known(size) && size !== bound[axis]) ||
    elementsOf(bound) !== elementsOf([channels, height, width]);
  if (wrong) throw new RangeError(`${name} takes ${framesText(dims!)}, it gets ${describeShape(frame)}`);
  // As our kernels do, a network that takes float32 takes 0..255 of a frame of bytes; rounding the other way would be a surprise.
  if (type === UINT8 && element !== "uint8") throw new RangeError(`${name} takes uint8, it gets ${element}`);
  return bound;
}

/**
 * The frames that a tensor takes. @param size where it takes any.
 * @throws RangeError if that is not said, or is not the model's.
 */
export function inputFrame(name: string, { type, dims }: Tensor, size: FrameSize | null): FrameShape {
  const [, channels, height = 1, width = 1] = dims as [number, number, number?, number?];
  if (!known(channels)) throw new RangeError(`${name} takes any number of channels: the model does not say how many`);
  if (size === null && !(known(height) && known(width)))
    throw new RangeError(`${name} takes ${framesText(dims!)}: give --size, such as --size 224`);
  if (size !== null && (height !== size.height || width !== size.width) && known(height) && known(width))
    throw new RangeError(`${name} takes ${framesText(dims!)} only, not of --size ${sizeText(size)}`);
  const frame = { height: size?.height ?? height, width: size?.width ?? width, channels, element: ELEMENTS[type]! };
  bind(name, { type, dims }, frame);
  return frame;
}

/** `frames of 224x224x3`: height x width x channels, as far as they are given. */
function framesText([, channels, height = 1, width = 1]: Dims): string {
  if (known(height!) && known(width!) && known(channels!)) return `frames of ${height}x${width}x${channels}`;
  const size = known(height!) || known(width!) ? `${dimsText([height!, width!])} samples` : "any size";
  return `frames of ${size}${known(channels!) ? ` with ${channels} channels` : ""}`;
}

/** A tensor as a frame. @throws RangeError if it is none, or its sizes are not known. */
export function frameOf(name: string, tensor: Tensor): FrameShape {
  const wrong = notAFrame(name, tensor);
  const dims = tensor.dims ?? [];
  if (wrong !== null) throw new RangeError(wrong);
  if (!dims.every(known))
    throw new RangeError(`the sizes of ${name} are not known, only ${dimsText(dims)}: the model does not declare them`);
  const [, channels, height = 1, width = 1] = dims as [number, number, number?, number?];
  return { height, width, channels, element: ELEMENTS[tensor.type]! };
}
