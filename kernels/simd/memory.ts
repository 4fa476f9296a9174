import { bytesOf, type FrameShape, samplesOf } from "../../sim/frame.ts";
import { type Memory, Memory as WasmMemory } from "../../sim/webassembly.ts";
import type { Samples } from "../kernel.ts";

const PAGE = 65536;
/** Pages that the memory may grow to: 4 GiB, or less where the engine does not reserve that much. */
const MAXIMA = [65536, 32768, 16384] as const;
/** Grown by this much at least, bytes. */
const STEP = 16 * 2 ** 20;
/** Of cache lines. */
const ALIGNMENT = 64;
/**
 * Added to regions of a page or more, so that neighbours do not begin at the same place of a page: a processor takes a load for
 * one of what a store before it wrote if only the addresses' last twelve bits agree, and waits (conv2d of 1024 x 1024: a tenth).
 */
const PAGE_OF_TLB = 4096;
const STAGGER = 1344;
/** Where the memory itself says, to all threads that share it, where what was ever allocated ends: a 32 bit integer. */
const TOP = 64;
/** First byte that is given away. Address 0 never is: it means none. */
const BOTTOM = 1024;
/** Kept free at the upper end: vectors may read, never write, so far beyond a region. */
const SLACK = 4096;

/** A piece of the memory that belongs to whoever allocated it. */
export interface Region {
  /** First byte, from the memory's beginning: what WebAssembly calls a pointer. */
  readonly address: number;
  readonly bytes: number;
  readonly view: Uint8Array;
}

/** A frame in the memory. */
export interface FrameRegion extends Region {
  readonly samples: Samples;
}

/**
 * Memory of the vector kernels, and of frames that they compute without a copy. It is shared memory, which grows without
 * detaching views: those made before stay valid and see the same bytes. Sizes are rounded up to classes (an eighth apart), and
 * freed regions are used again for the next of their class; so a program that repeats itself stops growing.
 *
 * Threads may share a memory: each has an object of this class over it, and frees what it has allocated itself.
 */
export class FrameMemory {
  readonly memory: Memory;
  readonly #buffers = new WeakSet<object>();
  readonly #free = new Map<number, number[]>();
  readonly #capacities = new Map<number, number>();
  #buffer: SharedArrayBuffer;
  /** One element. */
  readonly #top: Uint32Array<SharedArrayBuffer>;
  #used = 0;

  /** @param memory another thread's, to share it; left out: one of its own. */
  constructor(memory: Memory = reserve()) {
    this.memory = memory;
    this.#buffer = memory.buffer;
    this.#buffers.add(this.#buffer);
    this.#top = new Uint32Array(this.#buffer, TOP, 1);
    Atomics.compareExchange(this.#top, 0, 0, BOTTOM);
  }

  /** Bytes in use by this thread, with what rounding adds. */
  get used(): number {
    return this.#used;
  }

  /** Bytes that the memory has taken from the system at most: it never gives any back. */
  get size(): number {
    return Atomics.load(this.#top, 0);
  }

  /**
   * Memory for `bytes` bytes, not cleared. @param offset byte of the region that lies on a multiple of 64 (a header of so many
   * bytes may precede a frame). @throws RangeError if there is no more.
   */
  allocate(bytes: number, offset = 0): Region {
    const lead = (ALIGNMENT - (offset % ALIGNMENT)) % ALIGNMENT;
    const capacity = classOf(bytes + lead);
    const start = this.#free.get(capacity)?.pop() ?? this.#extend(capacity);
    const address = start + lead;
    this.#capacities.set(start, capacity);
    this.#used += capacity;
    return { address, bytes, view: new Uint8Array(this.#buffer, address, bytes) };
  }

  /** Memory for a frame. @param header bytes that precede its first sample, which lies on a multiple of 64. */
  allocateFrame(shape: FrameShape, header = 0): FrameRegion {
    const region = this.allocate(header + bytesOf(shape), header);
    return { ...region, samples: this.samples(region.address + header, shape) };
  }

  /** Samples of a frame at an address. */
  samples(address: number, shape: FrameShape): Samples {
    if (address + bytesOf(shape) > this.#buffer.byteLength) this.#refresh();
    const count = samplesOf(shape);
    return shape.element === "uint8"
      ? new Uint8Array(this.#buffer, address, count)
      : new Float32Array(this.#buffer, address, count);
  }

  /** Gives a region back; its views must not be used any more. @throws RangeError if it is not in use. */
  free({ address }: Region): void {
    const start = address - (address % ALIGNMENT);
    const capacity = this.#capacities.get(start);
    if (capacity === undefined) throw new RangeError(`there is no region in use at ${address}`);
    this.#capacities.delete(start);
    this.#used -= capacity;
    const list = this.#free.get(capacity);
    if (list === undefined) this.#free.set(capacity, [start]);
    else list.push(start);
  }

  /** Address of a view's first byte, or -1 if it lies elsewhere. */
  addressOf(view: Samples): number {
    return this.#buffers.has(view.buffer) ? view.byteOffset : -1;
  }

  #extend(capacity: number): number {
    for (;;) {
      const start = Atomics.load(this.#top, 0);
      const end = start + capacity;
      if (end + SLACK > this.#buffer.byteLength) this.#refresh();
      const missing = end + SLACK - this.#buffer.byteLength;
      if (missing > 0) {
        this.#grow(Math.ceil(missing / PAGE));
        this.#refresh();
      }
      if (Atomics.compareExchange(this.#top, 0, start, end) === start) return start;
    }
  }

  /** Another thread may have made the memory grow, which this one need not know yet: by 0 it learns of it. */
  #refresh(): void {
    this.memory.grow(0);
    this.#buffer = this.memory.buffer;
    this.#buffers.add(this.#buffer);
  }

  #grow(pages: number): void {
    try {
      this.memory.grow(Math.max(pages, STEP / PAGE));
    } catch {
      try {
        this.memory.grow(pages);
      } catch {
        throw new RangeError(`no memory for frames: ${this.#used} bytes are in use, ${pages * PAGE} more are needed`);
      }
    }
  }
}

/** A multiple of 64, at most an eighth more than asked for (or 64 bytes), and what staggers it. */
function classOf(bytes: number): number {
  const step = Math.max(ALIGNMENT, 2 ** (Math.ceil(Math.log2(Math.max(bytes, 1))) - 4));
  const size = Math.ceil(Math.max(bytes, 1) / step) * step;
  return size < PAGE_OF_TLB ? size : size + STAGGER;
}

function reserve(): Memory {
  for (const maximum of MAXIMA) {
    try {
      return new WasmMemory({ initial: STEP / PAGE, maximum, shared: true });
    } catch {
      // Less, then.
    }
  }
  throw new RangeError("the engine reserves no memory for frames");
}

let ours: FrameMemory | undefined;

/** Makes another thread's memory this thread's, too. @throws Error if this thread has one already. */
export function shareFrameMemory(memory: Memory): void {
  if (ours !== undefined) throw new Error("this thread's kernels have a memory already");
  ours = new FrameMemory(memory);
}

/** The memory of this thread's kernels. */
export function frameMemory(): FrameMemory {
  ours ??= new FrameMemory();
  return ours;
}
