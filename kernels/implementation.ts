import type { Kernel } from "./kernel.ts";

/** What each name falls back to where a kernel has no implementation of that name. */
const NEXT: Readonly<Record<string, string>> = { relaxed: "simd", simd: "reference" };

/**
 * The implementation of a kernel that runs when one is asked for: `reference`, `simd` or `relaxed` (faster where the engine has
 * it, bytes may differ between kinds of machines); where a kernel lacks it, the next simpler one. @throws RangeError if there is
 * no such name.
 */
export function implementationName(kernel: Kernel<unknown>, wanted: string): string {
  let name = wanted;
  while (!(name in kernel.implementations)) {
    const next = NEXT[name];
    if (next === undefined)
      throw new RangeError(`there is no implementation ${wanted}; there are: reference, simd, relaxed`);
    name = next;
  }
  return name;
}
