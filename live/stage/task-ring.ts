/** Tasks that may be under way: a power of 2. */
const SLOTS = 256;

/** Counters that all threads read, 32 bit integers that wrap around. */
const PUBLISHED = 0;
const TAKEN = 1;
const ROUND = 2;
const TOLD = 3;
const COUNTERS = 16;

const FIELDS = 8;
const [SEQUENCE, OF_ROUND, INPUT, OUTPUT, DUE, START, END, CPU] = [0, 1, 2, 3, 4, 5, 6, 7];
/** Bytes of a slot's digest or error text, whose length stands in front of it. */
const TEXT = 512;

/** Where a slot's task has come to. */
const PENDING = 0;
const DONE = 1;
const FAILED = 2;

/** A task as a worker takes it. Objects are used again. */
export interface TakenTask {
  slot: number;
  sequence: number;
  /** Addresses of the frames in the shared memory; 0: none. */
  input: number;
  output: number;
  /** Not to be begun before, monotonic, seconds; `NaN`: at once. */
  due: number;
}

/** What came of a task. */
export interface EndedTask {
  /** Monotonic, seconds. */
  start: number;
  end: number;
  computeCpu: number;
  digest: Buffer | null;
  error: string | null;
}

/**
 * What a pod's thread tells its workers to do, first in, first out, and what they tell it, in shared memory: each worker takes the
 * next task when it has time, without anybody between. One thread publishes and collects, any number takes.
 */
export class TaskRing {
  readonly shared: SharedArrayBuffer;
  readonly #counters: Int32Array<SharedArrayBuffer>;
  readonly #states: Int32Array<SharedArrayBuffer>;
  readonly #fields: Float64Array<SharedArrayBuffer>;
  readonly #texts: Buffer<SharedArrayBuffer>;
  readonly #lengths: Int32Array<SharedArrayBuffer>;
  readonly #taken: TakenTask = { slot: 0, sequence: 0, input: 0, output: 0, due: 0 };
  #collected = 0;

  /** @param shared another thread's; left out: a new one. */
  constructor(shared?: SharedArrayBuffer) {
    const ints = 4 * (COUNTERS + 2 * SLOTS);
    this.shared = shared ?? new SharedArrayBuffer(ints + SLOTS * (8 * FIELDS + TEXT));
    this.#counters = new Int32Array(this.shared, 0, COUNTERS);
    this.#states = new Int32Array(this.shared, 4 * COUNTERS, SLOTS);
    this.#lengths = new Int32Array(this.shared, 4 * (COUNTERS + SLOTS), SLOTS);
    this.#fields = new Float64Array(this.shared, ints, SLOTS * FIELDS);
    this.#texts = Buffer.from(this.shared, ints + SLOTS * 8 * FIELDS, SLOTS * TEXT);
  }

  /** Number of tasks that are published and not collected. */
  get pending(): number {
    return (Atomics.load(this.#counters, PUBLISHED) - this.#collected) | 0;
  }

  /** No other can be published before one is collected. */
  get full(): boolean {
    return this.pending === SLOTS;
  }

  /** Tasks of earlier rounds need not be done any more. */
  startRound(round: number): void {
    Atomics.store(this.#counters, ROUND, round);
  }

  /** Only when not `full`. */
  publish(sequence: number, input: number, output: number, due: number): void {
    const published = Atomics.load(this.#counters, PUBLISHED);
    const slot = published & (SLOTS - 1);
    const at = slot * FIELDS;
    this.#fields[at + SEQUENCE] = sequence;
    this.#fields[at + OF_ROUND] = Atomics.load(this.#counters, ROUND);
    this.#fields[at + INPUT] = input;
    this.#fields[at + OUTPUT] = output;
    this.#fields[at + DUE] = due;
    this.#lengths[slot] = 0;
    Atomics.store(this.#states, slot, PENDING);
    Atomics.store(this.#counters, PUBLISHED, (published + 1) | 0);
    Atomics.notify(this.#counters, PUBLISHED, 1);
  }

  /** The oldest task that is not collected has ended. */
  get hasEnded(): boolean {
    return this.pending > 0 && Atomics.load(this.#states, this.#collected & (SLOTS - 1)) !== PENDING;
  }

  /** Takes what came of the oldest task; only if it `hasEnded`. */
  collect(ended: EndedTask): void {
    const slot = this.#collected & (SLOTS - 1);
    const state = Atomics.load(this.#states, slot);
    this.#collected = (this.#collected + 1) | 0;
    const at = slot * FIELDS;
    ended.start = this.#fields[at + START]!;
    ended.end = this.#fields[at + END]!;
    ended.computeCpu = this.#fields[at + CPU]!;
    const length = this.#lengths[slot]!;
    const text = length === 0 ? null : Buffer.from(this.#texts.subarray(slot * TEXT, slot * TEXT + length));
    ended.digest = state === DONE ? text : null;
    ended.error = state === FAILED ? (text?.toString() ?? "") : null;
  }

  /** The pod's thread is about to collect: workers are to tell it of what they end from now on. */
  listen(): void {
    Atomics.store(this.#counters, TOLD, 0);
  }

  /** The next task, waited for. @param waits is called before this thread sleeps. */
  take(waits: () => void): TakenTask {
    for (;;) {
      const taken = Atomics.load(this.#counters, TAKEN);
      if (taken === Atomics.load(this.#counters, PUBLISHED)) {
        waits();
        Atomics.wait(this.#counters, PUBLISHED, taken);
      } else if (Atomics.compareExchange(this.#counters, TAKEN, taken, (taken + 1) | 0) === taken) {
        const task = this.#taken;
        task.slot = taken & (SLOTS - 1);
        const at = task.slot * FIELDS;
        task.sequence = this.#fields[at + SEQUENCE]!;
        task.input = this.#fields[at + INPUT]!;
        task.output = this.#fields[at + OUTPUT]!;
        task.due = this.#fields[at + DUE]!;
        return task;
      }
    }
  }

  /** The round that a task was published in. */
  roundOf({ slot }: TakenTask): number {
    return this.#fields[slot * FIELDS + OF_ROUND]!;
  }

  /** The task is of the round that began last. */
  isWanted(task: TakenTask): boolean {
    return this.roundOf(task) === Atomics.load(this.#counters, ROUND);
  }

  /** @param digest of the output, if it was asked for. @returns whether the pod's thread is to be told. */
  done({ slot }: TakenTask, start: number, end: number, computeCpu: number, digest: Uint8Array | null): boolean {
    const at = slot * FIELDS;
    this.#fields[at + START] = start;
    this.#fields[at + END] = end;
    this.#fields[at + CPU] = computeCpu;
    if (digest !== null) this.#put(slot, digest);
    return this.#end(slot, DONE);
  }

  failed({ slot }: TakenTask, reason: string): boolean {
    this.#put(slot, Buffer.from(reason));
    return this.#end(slot, FAILED);
  }

  #put(slot: number, bytes: Uint8Array): void {
    const kept = bytes.subarray(0, TEXT);
    this.#texts.set(kept, slot * TEXT);
    this.#lengths[slot] = kept.length;
  }

  #end(slot: number, state: number): boolean {
    Atomics.store(this.#states, slot, state);
    return Atomics.exchange(this.#counters, TOLD, 1) === 0;
  }
}
