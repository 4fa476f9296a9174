import type { TensorProto, ValueInfoProto } from "./proto.ts";
import { toNumber } from "./proto.ts";

/** Element types of ONNX that are told apart here (TensorProto.DataType). */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT8 = 3;
export const INT32 = 6;
export const INT64 = 7;
export const BOOL = 9;

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [FLOAT]: "float32",
  [UINT8]: "uint8",
  [INT8]: "int8",
  4: "uint16",
  5: "int16",
  [INT32]: "int32",
  [INT64]: "int64",
  8: "string",
  [BOOL]: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
  16: "bfloat16",
};
const BITS: Readonly<Record<number, number>> = {
  4: 16,
  5: 16,
  1: 32,
  6: 32,
  10: 16,
  16: 16,
  12: 32,
  7: 64,
  11: 64,
  13: 64,
};

export function typeName(type: number): string {
  return TYPE_NAMES[type] ?? `element type ${type}`;
}

/** Sizes along each axis; NaN where one is not known, so that what follows from it is not known either. */
export type Dims = readonly number[];

/** What is known of a tensor. */
export interface Tensor {
  readonly type: number;
  /** `null`: not even how many axes; `why` says on account of what. */
  readonly dims: Dims | null;
  readonly why?: string;
  /** Its numbers, where it is a short list of integers that are known: shapes, axes, sizes. */
  readonly values?: readonly number[] | undefined;
  /** The same of float32 numbers: factors. */
  readonly floats?: readonly number[] | undefined;
}

export const known = (size: number): boolean => !Number.isNaN(size);

/** Number of elements; NaN if not known. */
export function elementsOf(dims: Dims): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** `1x3x?x?` */
export function dimsText(dims: Dims): string {
  return dims.length === 0 ? "a scalar" : dims.map((size) => (known(size) ? size : "?")).join("x");
}

/** Longer lists of integers are data, not shapes. */
const LONGEST_LIST = 64;

/** A constant of a model. */
export function tensorOf(proto: TensorProto): Tensor {
  const dims = proto.dims.map(toNumber);
  if (elementsOf(dims) > LONGEST_LIST) return { type: proto.dataType, dims };
  return { type: proto.dataType, dims, values: integersOf(proto), floats: floatsOf(proto) };
}

/** Bytes that a constant takes as the network's parameter. */
export function constantBytes({ dims, dataType }: TensorProto): number {
  return (elementsOf(dims.map(toNumber)) * (BITS[dataType] ?? 8)) / 8;
}

function integersOf({ dataType, rawData, int32Data = [], int64Data = [] }: TensorProto): number[] | undefined {
  if (dataType !== INT32 && dataType !== INT64) return undefined;
  if (rawData === undefined || rawData.length === 0)
    return dataType === INT64 ? int64Data.map(toNumber) : [...int32Data];
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const bytes = dataType === INT64 ? 8 : 4;
  return Array.from({ length: rawData.length / bytes }, (_, i) =>
    dataType === INT64 ? Number(view.getBigInt64(8 * i, true)) : view.getInt32(4 * i, true),
  );
}

function floatsOf({ dataType, rawData, floatData = [] }: TensorProto): readonly number[] | undefined {
  if (dataType !== FLOAT) return undefined;
  if (rawData === undefined || rawData.length === 0) return floatData;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: rawData.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** A tensor as a model declares it; `symbols` says what the names of its sizes stand for. */
export function declared({ type }: ValueInfoProto, symbols: ReadonlyMap<string, number> = new Map()): Tensor | null {
  const tensor = type?.tensorType;
  if (!tensor) return null;
  const dims = tensor.shape?.dim.map(({ dimValue, dimParam }) => {
    // Some exporters write 0 or -1 where they don't know.
    const size = dimValue === undefined || dimValue === null ? 0 : toNumber(dimValue);
    return size > 0 ? size : (symbols.get(dimParam ?? "") ?? Number.NaN);
  });
  return { type: tensor.elemType, dims: dims ?? null };
}
