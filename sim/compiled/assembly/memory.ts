const LINE: usize = 64;

let top: usize = 0;

/** Takes all room back. */
export function reset(): void {
  top = (__heap_base + LINE - 1) & ~(LINE - 1);
}

/** Room for so many bytes, all 0, until all is taken back: its address, a multiple of 8. Traps where there is no memory left. */
export function take(bytes: usize): usize {
  const at = top;
  top = (at + bytes + 7) & ~7;
  const missing = <isize>top - (<isize>memory.size() << 16);
  if (missing > 0 && memory.grow(<i32>max((missing + 0xffff) >> 16, memory.size() >> 2)) < 0) unreachable();
  memory.fill(at, 0, bytes);
  return at;
}

/** The same, where a line of the cache begins. */
export function takeAligned(bytes: usize): usize {
  top = (top + LINE - 1) & ~(LINE - 1);
  return take(bytes);
}
