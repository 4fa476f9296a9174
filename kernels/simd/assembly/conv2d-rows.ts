import { Conv2d } from "./conv2d-job";
import { copyVectors, widenRow } from "./lanes";

/** Rows of input, copied with their padding. Padding of zeros is there from the beginning where `stageRow` does not write it. */

/**
 * A whole row: sample q of the padded row goes to position q / stride of phase q mod stride, so that the samples which
 * neighbouring outputs see are neighbours.
 */
export function stageRow(conv: Conv2d, from: usize, to: usize): void {
  const uint8 = conv.uint8 != 0;
  const width = conv.width;
  const left = conv.left;
  const stride = conv.stride;
  if (stride == 1) widenRow(from, to + (<usize>left << 2), width, uint8);
  else {
    for (let phase = 0; phase < stride; phase++) {
      // The first column of this phase that lies in the row.
      let column = phase - left;
      if (column < 0) column += ((stride - 1 - column) / stride) * stride;
      const position = (column + left) / stride;
      cutPhase(from, to + (<usize>(phase * conv.phase + position) << 2), column, width, stride, uint8);
    }
  }
  if (!conv.replicate) return;
  const first = uint8 ? <f32>load<u8>(from) : load<f32>(from);
  const last = uint8 ? <f32>load<u8>(from + width - 1) : load<f32>(from + (<usize>(width - 1) << 2));
  for (let q = 0; q < left; q++) put(conv, to, q, first);
  const end = (conv.outWidth - 1) * stride + conv.kernelWidth;
  for (let q = left + width; q < end; q++) put(conv, to, q, last);
}

@inline
function put(conv: Conv2d, to: usize, q: i32, sample: f32): void {
  store<f32>(to + (<usize>((q % conv.stride) * conv.phase + q / conv.stride) << 2), sample);
}

/** Every `stride`-th sample from `column` on. */
function cutPhase(from: usize, to: usize, column: i32, width: i32, stride: i32, uint8: bool): void {
  if (uint8) {
    for (; column < width; column += stride, to += 4) store<f32>(to, <f32>load<u8>(from + column));
    return;
  }
  if (stride == 2) {
    for (; column + 8 <= width; column += 8, to += 16) {
      const low = v128.load(from + (<usize>column << 2));
      const high = v128.load(from + (<usize>column << 2), 16);
      v128.store(to, v128.shuffle<f32>(low, high, 0, 2, 4, 6));
    }
  }
  for (; column < width; column += stride, to += 4) store<f32>(to, load<f32>(from + (<usize>column << 2)));
}

/**
 * Both ends of a row, side by side: what the outputs left and right of the middle see. Copied by vectors, which write up to
 * three samples too many: over what comes next, which is written later, or into the space that every row of the ring has.
 */
export function stageEdges(conv: Conv2d, from: usize, to: usize): void {
  const reach = conv.kernelWidth - 1;
  const left = conv.left;
  const bytes = (<usize>conv.width) << 2;
  const first = conv.replicate ? load<f32>(from) : 0;
  const last = conv.replicate ? load<f32>(from + bytes - 4) : 0;
  for (let i = 0; i < left; i++) store<f32>(to + (<usize>i << 2), first);
  to += (<usize>left) << 2;
  const head = (<usize>(conv.head + reach - left)) << 2;
  copyVectors(from, to, head);
  to += head;
  const column = conv.head + conv.middle - left;
  const end = to + ((<usize>(conv.outWidth - conv.head - conv.middle + reach)) << 2);
  const inside = min(bytes - (<usize>column << 2), end - to);
  copyVectors(from + (<usize>column << 2), to, inside);
  for (to += inside; to < end; to += 4) store<f32>(to, last);
}
