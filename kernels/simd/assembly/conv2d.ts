import { block1, block2, block4 } from "./conv2d-blocks";
import { Conv2d } from "./conv2d-job";
import { stageEdges, stageRow } from "./conv2d-rows";
import { square3 } from "./conv2d-square";
import { copyVectors } from "./lanes";

/** Rows `from` to `to` of all outputs. Planes are the bytes between two channels' row 0. */
export function conv2d(
  job: usize,
  input: usize,
  inPlane: usize,
  output: usize,
  outPlane: usize,
  from: i32,
  to: i32,
): void {
  const conv = changetype<Conv2d>(job);
  const taps = <usize>(conv.channels * conv.kernelHeight * conv.kernelWidth);
  const filterBytes = (<usize>conv.filters) << 2;
  let weights = conv.weights;
  let bias = conv.bias;
  for (let g = 0; g < conv.groups; g++) {
    convolveGroup(conv, input, inPlane, output, outPlane, weights, bias, from, to);
    input += inPlane * conv.channels;
    output += outPlane * conv.filters;
    weights += taps * filterBytes;
    bias += filterBytes;
  }
}

function convolveGroup(
  conv: Conv2d,
  input: usize,
  inPlane: usize,
  output: usize,
  outPlane: usize,
  weights: usize,
  bias: usize,
  from: i32,
  to: i32,
): void {
  const square =
    conv.channels == 1 &&
    conv.filters == 1 &&
    conv.kernelHeight == 3 &&
    conv.kernelWidth == 3 &&
    conv.stride == 1 &&
    conv.outWidth >= 4;
  const rowBytes = (<usize>conv.outWidth) << 2;
  let next = max(0, from * conv.stride - conv.top);
  for (let y = from; y < to; ) {
    const rows = square && y + 4 <= to ? 4 : 1;
    const first = y * conv.stride - conv.top;
    if (rows == 1 || !conv.direct) {
      const last = min(conv.height - 1, first + rows - 1 + conv.kernelHeight - 1);
      for (next = max(next, first); next <= last; next++) copyRows(conv, input, inPlane, next);
    }
    const out = output + (<usize>y) * rowBytes;
    if (rows == 4) squareRows(conv, input, first, weights, bias, out, rowBytes);
    else filterRow(conv, input, inPlane, first, weights, bias, out, outPlane);
    y += rows;
  }
}

/** Copies row `row` of each channel into the ring. */
function copyRows(conv: Conv2d, input: usize, inPlane: usize, row: i32): void {
  const rowBytes = conv.uint8 ? <usize>conv.width : (<usize>conv.width) << 2;
  let from = input + (<usize>row) * rowBytes;
  let to = conv.ring + (<usize>(row % conv.depth)) * conv.slot;
  const step = (<usize>conv.depth) * conv.slot;
  for (let c = 0; c < conv.channels; c++) {
    if (conv.direct) stageEdges(conv, from, to);
    else stageRow(conv, from, to);
    from += inPlane;
    to += step;
  }
}

/** The row of the input that stands for row `row`: itself, the nearest one, or -1 for zeros. */
@inline
function seen(conv: Conv2d, row: i32): i32 {
  if (row >= 0 && row < conv.height) return row;
  return conv.replicate ? min(max(row, 0), conv.height - 1) : -1;
}

/** Four rows of outputs of a lone 3x3 filter. */
function squareRows(
  conv: Conv2d,
  input: usize,
  first: i32,
  weights: usize,
  bias: usize,
  out: usize,
  rowBytes: usize,
): void {
  const table = conv.table;
  const direct = conv.direct != 0;
  const left = (<usize>conv.left) << 2;
  for (let j = 0; j < 6; j++) {
    const row = seen(conv, first + j);
    let address = conv.zeros;
    if (row >= 0) {
      if (direct) address = input + (<usize>row) * (<usize>conv.width << 2) - left;
      else address = conv.ring + (<usize>(row % conv.depth)) * conv.slot;
    }
    store<u32>(table + (<usize>j << 2), <u32>address);
  }
  const edges = direct && left != 0;
  square3(table, weights, bias, out, rowBytes, conv.outWidth, edges, conv.replicate != 0, conv.relu != 0);
}

/** One row of outputs of all filters of a group. */
function filterRow(
  conv: Conv2d,
  input: usize,
  inPlane: usize,
  first: i32,
  weights: usize,
  bias: usize,
  out: usize,
  outPlane: usize,
): void {
  const taps = conv.channels * conv.kernelHeight * conv.kernelWidth;
  let t = conv.table;
  for (let c = 0; c < conv.channels; c++) {
    const ring = conv.ring + (<usize>(c * conv.depth)) * conv.slot;
    for (let j = 0; j < conv.kernelHeight; j++) {
      const row = seen(conv, first + j);
      const address = row < 0 ? conv.zeros : ring + (<usize>(row % conv.depth)) * conv.slot;
      let phase: usize = 0;
      let position: usize = 0;
      for (let i = 0; i < conv.kernelWidth; i++) {
        store<u32>(t, <u32>(address + ((phase * conv.phase + position) << 2)));
        t += 4;
        if (++phase == conv.stride) {
          phase = 0;
          position++;
        }
      }
    }
  }
  const whole = wholeBytes(conv);
  if (!conv.direct) filterTiles(conv, taps, weights, bias, out, outPlane, whole);
  const lanes = (<usize>conv.lanes) << 2;
  if (lanes > whole) {
    filterAll(conv, taps, weights, bias, conv.ends, lanes, whole, lanes);
    for (let f = 0; f < conv.filters; f++) {
      placeEnds(conv, conv.ends + (<usize>f) * lanes, out + (<usize>f) * outPlane, whole);
    }
  }
  if (!conv.direct) return;
  const shift = (<usize>(conv.head - conv.left)) << 2;
  t = conv.table;
  for (let c = 0; c < conv.channels; c++) {
    for (let j = 0; j < conv.kernelHeight; j++) {
      const row = seen(conv, first + j);
      const address =
        row < 0 ? conv.zeros : input + (<usize>c) * inPlane + (<usize>row) * (<usize>conv.width << 2) + shift;
      for (let i = 0; i < conv.kernelWidth; i++, t += 4) store<u32>(t, <u32>(address + (<usize>i << 2)));
    }
  }
  filterTiles(conv, taps, weights, bias, out + (<usize>conv.head << 2), outPlane, (<usize>conv.middle) << 2);
}

function filterTiles(
  conv: Conv2d,
  taps: i32,
  weights: usize,
  bias: usize,
  out: usize,
  plane: usize,
  bytes: usize,
): void {
  const tile = <usize>conv.tile;
  for (let begin: usize = 0; begin < bytes; begin += tile) {
    filterAll(conv, taps, weights, bias, out, plane, begin, min(bytes, begin + tile));
  }
}

function filterAll(
  conv: Conv2d,
  taps: i32,
  weights: usize,
  bias: usize,
  out: usize,
  plane: usize,
  begin: usize,
  end: usize,
): void {
  const table = conv.table;
  const tableEnd = table + (<usize>taps << 2);
  const relu = conv.relu != 0;
  let left = conv.filters;
  let w = weights;
  for (; left >= 4; left -= 4) {
    block4(table, tableEnd, w, bias, out, plane, begin, end, relu);
    w += (<usize>taps) << 4;
    bias += 16;
    out += plane << 2;
  }
  if (left >= 2) {
    block2(table, tableEnd, w, bias, out, plane, begin, end, relu);
    w += (<usize>taps) << 3;
    bias += 8;
    out += plane << 1;
    left -= 2;
  }
  if (left == 1) block1(table, tableEnd, w, bias, out, begin, end, relu);
}

/** Bytes of a row of outputs that are computed in place from copies of whole rows: eights of outputs. */
@inline
function wholeBytes(conv: Conv2d): usize {
  return conv.direct ? 0 : <usize>((conv.outWidth & ~7) << 2);
}

/** Copies outputs that were computed elsewhere to where they belong: both ends of a row, or what follows its first `whole` bytes. */
function placeEnds(conv: Conv2d, from: usize, to: usize, whole: usize): void {
  if (!conv.direct) {
    copyFloats(from + whole, to + whole, conv.outWidth - <i32>(whole >> 2));
    return;
  }
  copyVectors(from, to, (<usize>conv.head) << 2);
  from += (<usize>(conv.head + conv.kernelWidth - 1)) << 2;
  const done = conv.head + conv.middle;
  copyFloats(from, to + (<usize>done << 2), conv.outWidth - done);
}

function copyFloats(from: usize, to: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(to + (<usize>i << 2), v128.load(from + (<usize>i << 2)));
  for (; i < count; i++) store<f32>(to + (<usize>i << 2), load<f32>(from + (<usize>i << 2)));
}
