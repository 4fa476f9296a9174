import { take } from "./memory";
import { integer, uniform } from "./random";

/** How often a sleep ends late, and by how much: as in `model/stalls.ts`. */
@unmanaged
export class Stalls {
  probability: f64;
  /** A shorter sleep does not stall, seconds. */
  least: f64;
  samples: usize;
  /** Address of the random stream's. */
  state: usize;
  count: u32;
  bias: u32;
}

export function stalls(probability: f64, least: f64, samples: usize, count: u32, state: usize): Stalls {
  const made = changetype<Stalls>(take(offsetof<Stalls>()));
  made.probability = probability;
  made.least = least;
  made.samples = samples;
  made.count = count;
  made.bias = <u32>(<u64>0x100000000 % count);
  made.state = state;
  return made;
}

/** Seconds by which the next sleep ends late. */
export function stall(by: Stalls): f64 {
  if (uniform(by.state) >= by.probability) return 0;
  return load<f64>(by.samples + (<usize>integer(by.state, by.count, by.bias) << 3));
}
