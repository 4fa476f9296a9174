import type { RandomStream } from "../engine/random.ts";
import type { Latencies } from "../model/latencies.ts";
import { decode, Instance, Module } from "../webassembly.ts";
import { TWIN } from "./wasm.generated.ts";

/** Where something is in the engine's memory, bytes; 0: nothing. */
export type Address = number;

/** What the module exports; see `assembly/`. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  prepare(sources: number): void;
  take(bytes: number): Address;
  draws(at: Address, samples: Address, count: number, block: number, visits: number, ends: Address): void;
  gaps(idle: number, cold: number, cooling: number, span: number): Address;
  processor(cores: number): Address;
  delivered(processor: Address): number;
  link(bandwidth: number): Address;
  carried(link: Address): number;
  record(upstream: Address, warmup: number, rate: number, schedule: Address): Address;
  deliverTo(record: Address, source: Address, line: number): void;
  tellAll(record: Address): void;
  pod(
    host: Address,
    record: Address,
    gaps: Address,
    window: number,
    compute: Address,
    receive: Address,
    send: Address,
    handover: Address,
    states: Address,
  ): Address;
  emulate(pod: Address, receive: number, compute: number, send: number, stalls: Address): void;
  stalls(probability: number, least: number, samples: Address, count: number, state: Address): Address;
  hop(
    from: Address,
    to: Address,
    link: Address,
    receiveIdle: number,
    receiveCold: number,
    payload: Address,
    payloads: number,
    relayCpuPerByte: number,
    delay: Address,
    acknowledgement: Address,
    states: Address,
  ): Address;
  source(
    pod: Address,
    rate: number,
    frames: number,
    schedule: Address,
    lateness: Address,
    state: Address,
    stalls: Address,
  ): void;
  saturate(pod: Address, frames: number): void;
  /** False when nothing is left to happen. */
  run(events: number): 0 | 1;
  time(): number;
  happened(): number;
}

/** Events that are run in one go: what is compiled better in the meantime is taken from the next on. */
const EVENTS = 8192;
/** A memory that has grown to more is given back, bytes. */
const KEPT = 64 * 2 ** 20;

/** The module, and its memory, which is one simulation's at a time. */
export class CompiledEngine {
  readonly exports: Exports;
  /** Simulations that have been laid out in it. */
  simulations = 0;
  #numbers = new Float64Array(0);
  #words = new Int32Array(0);
  #latencies: readonly Latencies[] = [];

  constructor(module: object) {
    const delivered = (line: number, from: Address, count: number) => {
      this.#latencies[line]!.addAll(this.numbers, from / 8, count);
    };
    this.exports = new Instance(module, { env: { delivered } }).exports as Exports;
  }

  /** All of its memory, until something is taken of it. */
  get numbers(): Float64Array {
    const { buffer } = this.exports.memory;
    if (this.#numbers.buffer !== buffer) this.#numbers = new Float64Array(buffer);
    return this.#numbers;
  }

  get #integers(): Int32Array {
    const { buffer } = this.exports.memory;
    if (this.#words.buffer !== buffer) this.#words = new Int32Array(buffer);
    return this.#words;
  }

  /** Forgets what was simulated before. @param sources of events that there will be, at most. */
  prepare(sources: number): void {
    this.exports.prepare(sources);
    this.simulations++;
  }

  putNumbers(numbers: ArrayLike<number>): Address {
    const at = this.exports.take(8 * numbers.length);
    this.numbers.set(numbers, at / 8);
    return at;
  }

  putIntegers(integers: ArrayLike<number>): Address {
    const at = this.exports.take(4 * integers.length);
    this.#integers.set(integers, at / 4);
    return at;
  }

  /** States of random streams, one after the other. */
  putStates(...streams: readonly RandomStream[]): Address {
    return this.putIntegers(streams.flatMap(({ state: { words, at } }) => [...words.subarray(at, at + 4)]));
  }

  /** Until nothing is left to happen. @param latencies by line; `settle` has those told that are kept until then. */
  run(latencies: readonly Latencies[], settle: () => void): void {
    this.#latencies = latencies;
    while (this.exports.run(EVENTS) !== 0);
    settle();
    this.#latencies = [];
  }
}

let module: object | null | undefined;
let engine: CompiledEngine | null = null;

/** This thread's engine; `null` where there is no WebAssembly, or it may not be used. */
export function compiledEngine(): CompiledEngine | null {
  if (engine !== null && engine.numbers.byteLength <= KEPT) return engine;
  try {
    if (module === undefined) module = new Module(decode(TWIN));
    engine = module && new CompiledEngine(module);
  } catch {
    module = null;
    engine = null;
  }
  return engine;
}
