import { rectify } from "./lanes";

/** max(0, x) of `count` float32 samples; NaN stays NaN. `output` may be `input`. */
export function relu(input: usize, output: usize, count: i32): void {
  const bytes = (<usize>count) << 2;
  let i: usize = 0;
  for (; i + 64 <= bytes; i += 64) {
    const a = rectify(v128.load(input + i));
    const b = rectify(v128.load(input + i, 16));
    const c = rectify(v128.load(input + i, 32));
    const d = rectify(v128.load(input + i, 48));
    v128.store(output + i, a);
    v128.store(output + i, b, 16);
    v128.store(output + i, c, 32);
    v128.store(output + i, d, 48);
  }
  for (; i < bytes; i += 4) {
    const x = load<f32>(input + i);
    store<f32>(output + i, x <= 0 ? 0 : x);
  }
}
