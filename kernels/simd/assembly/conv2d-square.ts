import { madd, rectify } from "./lanes";

/**
 * One filter of 3x3 over one channel, four rows of outputs at once: its nine weights and four sums stay in registers, and each
 * sample is loaded for all the rows that see it. @param table addresses of six rows of samples.
 */
export function square3(
  table: usize,
  weights: usize,
  bias: usize,
  out: usize,
  row: usize,
  begin: usize,
  end: usize,
  relu: bool,
): void {
  const in0: usize = load<u32>(table);
  const in1: usize = load<u32>(table, 4);
  const in2: usize = load<u32>(table, 8);
  const in3: usize = load<u32>(table, 12);
  const in4: usize = load<u32>(table, 16);
  const in5: usize = load<u32>(table, 20);
  const out1 = out + row;
  const out2 = out1 + row;
  const out3 = out2 + row;
  const w00 = v128.load32_splat(weights);
  const w01 = v128.load32_splat(weights, 4);
  const w02 = v128.load32_splat(weights, 8);
  const w10 = v128.load32_splat(weights, 12);
  const w11 = v128.load32_splat(weights, 16);
  const w12 = v128.load32_splat(weights, 20);
  const w20 = v128.load32_splat(weights, 24);
  const w21 = v128.load32_splat(weights, 28);
  const w22 = v128.load32_splat(weights, 32);
  for (let x = begin; x < end; x += 16) {
    let a = v128.load32_splat(bias);
    let b = a;
    let c = a;
    let d = a;
    let s = v128.load(in0 + x);
    a = madd(s, w00, a);
    s = v128.load(in0 + x, 4);
    a = madd(s, w01, a);
    s = v128.load(in0 + x, 8);
    a = madd(s, w02, a);

    s = v128.load(in1 + x);
    a = madd(s, w10, a);
    b = madd(s, w00, b);
    s = v128.load(in1 + x, 4);
    a = madd(s, w11, a);
    b = madd(s, w01, b);
    s = v128.load(in1 + x, 8);
    a = madd(s, w12, a);
    b = madd(s, w02, b);

    s = v128.load(in2 + x);
    a = madd(s, w20, a);
    b = madd(s, w10, b);
    c = madd(s, w00, c);
    s = v128.load(in2 + x, 4);
    a = madd(s, w21, a);
    b = madd(s, w11, b);
    c = madd(s, w01, c);
    s = v128.load(in2 + x, 8);
    a = madd(s, w22, a);
    b = madd(s, w12, b);
    c = madd(s, w02, c);
    if (relu) a = rectify(a);
    v128.store(out + x, a);

    s = v128.load(in3 + x);
    b = madd(s, w20, b);
    c = madd(s, w10, c);
    d = madd(s, w00, d);
    s = v128.load(in3 + x, 4);
    b = madd(s, w21, b);
    c = madd(s, w11, c);
    d = madd(s, w01, d);
    s = v128.load(in3 + x, 8);
    b = madd(s, w22, b);
    c = madd(s, w12, c);
    d = madd(s, w02, d);
    if (relu) b = rectify(b);
    v128.store(out1 + x, b);

    s = v128.load(in4 + x);
    c = madd(s, w20, c);
    d = madd(s, w10, d);
    s = v128.load(in4 + x, 4);
    c = madd(s, w21, c);
    d = madd(s, w11, d);
    s = v128.load(in4 + x, 8);
    c = madd(s, w22, c);
    d = madd(s, w12, d);
    if (relu) c = rectify(c);
    v128.store(out2 + x, c);

    s = v128.load(in5 + x);
    d = madd(s, w20, d);
    s = v128.load(in5 + x, 4);
    d = madd(s, w21, d);
    s = v128.load(in5 + x, 8);
    d = madd(s, w22, d);
    if (relu) d = rectify(d);
    v128.store(out3 + x, d);
  }
}
