/**
 * What a prepared convolution knows, laid down in memory by `kernels/simd/conv2d.ts` in this order. Rows of input are seen
 * in one of two ways. Direct (float32, stride 1, wide): taps of the outputs `head` to `head + middle` are read in the
 * input itself; the outputs left and right of them are computed from copies of the row's ends with the padding, side by side.
 * Staged: whole rows are copied with their padding, widened to float32, and cut into one piece for each phase of the stride.
 * Copies lie in a ring of `depth` rows a channel.
 */
@unmanaged
export class Conv2d {
  height: i32;
  width: i32;
  /** Channels that a filter sees. */
  channels: i32;
  groups: i32;
  /** Filters of a group. */
  filters: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  stride: i32;
  top: i32;
  left: i32;
  replicate: i32;
  uint8: i32;
  outHeight: i32;
  outWidth: i32;
  relu: i32;
  direct: i32;
  /** Outputs of the left end; a multiple of 4. */
  head: i32;
  /** Outputs between the ends; a multiple of 8. */
  middle: i32;
  /** Outputs computed from copies, a multiple of 8: all of a row, or both ends and what lies between their copies. */
  lanes: i32;
  /** Rows of a channel in the ring. */
  depth: i32;
  /** Bytes of a row in the ring. */
  slot: i32;
  /** Samples of a row in the ring for each phase of the stride. */
  phase: i32;
  /** Bytes of a row of outputs that are computed before the next filters'. */
  tile: i32;
  /** Four filters side by side for each tap, then two, then one. */
  weights: usize;
  bias: usize;
  ring: usize;
  zeros: usize;
  table: usize;
  /** Where outputs computed from copies go first. */
  ends: usize;
}
