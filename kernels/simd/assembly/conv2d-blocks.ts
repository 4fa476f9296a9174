import { madd, rectify } from "./lanes";

/**
 * Inner loops of conv2d. `table` holds the address of each tap's sample for output 0; the bytes `begin` to `end` of a row of
 * outputs are computed, a multiple of 32. Sums are formed in the order of the taps, in each block the same way.
 */

/** Four filters, eight outputs at a time. @param weights four numbers a tap. */
export function block4(
  table: usize,
  tableEnd: usize,
  weights: usize,
  bias: usize,
  out: usize,
  plane: usize,
  begin: usize,
  end: usize,
  relu: bool,
): void {
  const outB = out + plane;
  const outC = outB + plane;
  const outD = outC + plane;
  for (let x = begin; x < end; x += 32) {
    let a0 = v128.load32_splat(bias);
    let b0 = v128.load32_splat(bias, 4);
    let c0 = v128.load32_splat(bias, 8);
    let d0 = v128.load32_splat(bias, 12);
    let a1 = a0;
    let b1 = b0;
    let c1 = c0;
    let d1 = d0;
    let w = weights;
    let t = table;
    // Three taps at a time: most kernels are 3 wide.
    for (; t + 12 <= tableEnd; t += 12) {
      const from0 = <usize>load<u32>(t) + x;
      const left0 = v128.load(from0);
      const right0 = v128.load(from0, 16);
      const wa0 = v128.load32_splat(w);
      a0 = madd(left0, wa0, a0);
      a1 = madd(right0, wa0, a1);
      const wb0 = v128.load32_splat(w, 4);
      b0 = madd(left0, wb0, b0);
      b1 = madd(right0, wb0, b1);
      const wc0 = v128.load32_splat(w, 8);
      c0 = madd(left0, wc0, c0);
      c1 = madd(right0, wc0, c1);
      const wd0 = v128.load32_splat(w, 12);
      d0 = madd(left0, wd0, d0);
      d1 = madd(right0, wd0, d1);
      const from1 = <usize>load<u32>(t, 4) + x;
      const left1 = v128.load(from1);
      const right1 = v128.load(from1, 16);
      const wa1 = v128.load32_splat(w, 16);
      a0 = madd(left1, wa1, a0);
      a1 = madd(right1, wa1, a1);
      const wb1 = v128.load32_splat(w, 20);
      b0 = madd(left1, wb1, b0);
      b1 = madd(right1, wb1, b1);
      const wc1 = v128.load32_splat(w, 24);
      c0 = madd(left1, wc1, c0);
      c1 = madd(right1, wc1, c1);
      const wd1 = v128.load32_splat(w, 28);
      d0 = madd(left1, wd1, d0);
      d1 = madd(right1, wd1, d1);
      const from2 = <usize>load<u32>(t, 8) + x;
      const left2 = v128.load(from2);
      const right2 = v128.load(from2, 16);
      const wa2 = v128.load32_splat(w, 32);
      a0 = madd(left2, wa2, a0);
      a1 = madd(right2, wa2, a1);
      const wb2 = v128.load32_splat(w, 36);
      b0 = madd(left2, wb2, b0);
      b1 = madd(right2, wb2, b1);
      const wc2 = v128.load32_splat(w, 40);
      c0 = madd(left2, wc2, c0);
      c1 = madd(right2, wc2, c1);
      const wd2 = v128.load32_splat(w, 44);
      d0 = madd(left2, wd2, d0);
      d1 = madd(right2, wd2, d1);
      w += 48;
    }
    for (; t < tableEnd; t += 4) {
      const from = <usize>load<u32>(t) + x;
      const left = v128.load(from);
      const right = v128.load(from, 16);
      const wa = v128.load32_splat(w);
      a0 = madd(left, wa, a0);
      a1 = madd(right, wa, a1);
      const wb = v128.load32_splat(w, 4);
      b0 = madd(left, wb, b0);
      b1 = madd(right, wb, b1);
      const wc = v128.load32_splat(w, 8);
      c0 = madd(left, wc, c0);
      c1 = madd(right, wc, c1);
      const wd = v128.load32_splat(w, 12);
      d0 = madd(left, wd, d0);
      d1 = madd(right, wd, d1);
      w += 16;
    }
    if (relu) {
      a0 = rectify(a0);
      a1 = rectify(a1);
      b0 = rectify(b0);
      b1 = rectify(b1);
      c0 = rectify(c0);
      c1 = rectify(c1);
      d0 = rectify(d0);
      d1 = rectify(d1);
    }
    v128.store(out + x, a0);
    v128.store(out + x, a1, 16);
    v128.store(outB + x, b0);
    v128.store(outB + x, b1, 16);
    v128.store(outC + x, c0);
    v128.store(outC + x, c1, 16);
    v128.store(outD + x, d0);
    v128.store(outD + x, d1, 16);
  }
}

/** Two filters, eight outputs at a time. @param weights two numbers a tap. */
export function block2(
  table: usize,
  tableEnd: usize,
  weights: usize,
  bias: usize,
  out: usize,
  plane: usize,
  begin: usize,
  end: usize,
  relu: bool,
): void {
  const outB = out + plane;
  for (let x = begin; x < end; x += 32) {
    let a0 = v128.load32_splat(bias);
    let b0 = v128.load32_splat(bias, 4);
    let a1 = a0;
    let b1 = b0;
    let w = weights;
    for (let t = table; t < tableEnd; t += 4) {
      const from = <usize>load<u32>(t) + x;
      const left = v128.load(from);
      const right = v128.load(from, 16);
      const wa = v128.load32_splat(w);
      a0 = madd(left, wa, a0);
      a1 = madd(right, wa, a1);
      const wb = v128.load32_splat(w, 4);
      b0 = madd(left, wb, b0);
      b1 = madd(right, wb, b1);
      w += 8;
    }
    if (relu) {
      a0 = rectify(a0);
      a1 = rectify(a1);
      b0 = rectify(b0);
      b1 = rectify(b1);
    }
    v128.store(out + x, a0);
    v128.store(out + x, a1, 16);
    v128.store(outB + x, b0);
    v128.store(outB + x, b1, 16);
  }
}

/** One filter, thirty-two outputs at a time, then eight. */
export function block1(
  table: usize,
  tableEnd: usize,
  weights: usize,
  bias: usize,
  out: usize,
  begin: usize,
  end: usize,
  relu: bool,
): void {
  let x = begin;
  for (; x + 128 <= end; x += 128) {
    let a0 = v128.load32_splat(bias);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let a4 = a0;
    let a5 = a0;
    let a6 = a0;
    let a7 = a0;
    let w = weights;
    for (let t = table; t < tableEnd; t += 4) {
      const from = <usize>load<u32>(t) + x;
      const weight = v128.load32_splat(w);
      a0 = madd(v128.load(from), weight, a0);
      a1 = madd(v128.load(from, 16), weight, a1);
      a2 = madd(v128.load(from, 32), weight, a2);
      a3 = madd(v128.load(from, 48), weight, a3);
      a4 = madd(v128.load(from, 64), weight, a4);
      a5 = madd(v128.load(from, 80), weight, a5);
      a6 = madd(v128.load(from, 96), weight, a6);
      a7 = madd(v128.load(from, 112), weight, a7);
      w += 4;
    }
    if (relu) {
      a0 = rectify(a0);
      a1 = rectify(a1);
      a2 = rectify(a2);
      a3 = rectify(a3);
      a4 = rectify(a4);
      a5 = rectify(a5);
      a6 = rectify(a6);
      a7 = rectify(a7);
    }
    v128.store(out + x, a0);
    v128.store(out + x, a1, 16);
    v128.store(out + x, a2, 32);
    v128.store(out + x, a3, 48);
    v128.store(out + x, a4, 64);
    v128.store(out + x, a5, 80);
    v128.store(out + x, a6, 96);
    v128.store(out + x, a7, 112);
  }
  for (; x < end; x += 32) {
    let a0 = v128.load32_splat(bias);
    let a1 = a0;
    let w = weights;
    for (let t = table; t < tableEnd; t += 4) {
      const from = <usize>load<u32>(t) + x;
      const weight = v128.load32_splat(w);
      a0 = madd(v128.load(from), weight, a0);
      a1 = madd(v128.load(from, 16), weight, a1);
      w += 4;
    }
    if (relu) {
      a0 = rectify(a0);
      a1 = rectify(a1);
    }
    v128.store(out + x, a0);
    v128.store(out + x, a1, 16);
  }
}
