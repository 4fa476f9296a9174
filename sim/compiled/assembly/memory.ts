const LINE: usize = 64;

let top: usize = 0;

/** Entries of a ring, the first at `head`, in twice the room: where that begins. All in bytes. */
export function grown(entries: usize, head: usize, size: usize): usize {
  const moved = take(2 * size);
  memory.copy(moved, entries + head, size - head);
  memory.copy(moved + size - head, entries, head);
  return moved;
}

/** Takes all room back. */
export function reset(): void {
  top = (__heap_base + LINE - 1) & ~(LINE - 1);
}

/** Room for so many bytes, all 0, until all is taken back: its address, a multiple of 8. Traps where there is no memory left. */
export function take(bytes: usize): usize {
  const at = top;
  top = (at + bytes + 7) & ~7;
  const pages = memory.size();
  const wanted = <i32>((top + 0xffff) >> 16);
  // By more than is missing, if there is as much.
  if (wanted > pages && memory.grow(max(wanted - pages, pages >> 2)) < 0 && memory.grow(wanted - pages) < 0) unreachable();
  memory.fill(at, 0, bytes);
  return at;
}

/** The same, where a line of the cache begins. */
export function takeAligned(bytes: usize): usize {
  top = (top + LINE - 1) & ~(LINE - 1);
  return take(bytes);
}
