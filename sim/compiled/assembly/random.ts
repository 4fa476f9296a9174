/** Bytes of a generator's state. */
export const STATE: usize = 16;
/** 2^-53 */
const UNIT: f64 = 1.1102230246251565e-16;

/** The next 32 bits of a generator whose 4 words are at this address: as in `engine/xoshiro.ts`. */
@inline
function bits(at: usize): u32 {
  const a = load<u32>(at);
  const b = load<u32>(at, 4);
  const d = load<u32>(at, 12);
  const c = load<u32>(at, 8) ^ a;
  const e = d ^ b;
  store<u32>(at, a ^ e);
  store<u32>(at, b ^ c, 4);
  store<u32>(at, c ^ (b << 9), 8);
  store<u32>(at, rotl<u32>(e, 11), 12);
  return rotl<u32>(a + d, 7) + a;
}

export function uniform(at: usize): f64 {
  const high = bits(at) >> 5;
  return (<f64>high * 67108864 + <f64>(bits(at) >> 6)) * UNIT;
}

/** Uniform over 0..n - 1. @param bias 2^32 % n: fractions below that would favour a number. */
@inline
export function integer(at: usize, n: u32, bias: u32): u32 {
  let product: u64;
  do product = <u64>bits(at) * <u64>n;
  while (<u32>product < bias);
  return <u32>(product >> 32);
}
