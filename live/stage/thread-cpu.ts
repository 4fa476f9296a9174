/** The part of WebAssembly that is used here; its types come with the DOM's, which Node's programs leave out. */
const { WebAssembly: Wasm } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Uint8Array) => object;
    Instance: new (module: object, imports: object) => { exports: { memory: { buffer: ArrayBuffer } } };
  };
};

const THREAD_CPUTIME_ID = 3;
// (module (memory (export "memory") 1)): the memory that WASI writes its answers to.
const MEMORY_MODULE = "AGFzbQEAAAAFAwEAAQcKAQZtZW1vcnkCAA==";

/**
 * CPU time that this thread has used, user and system, seconds, to the nanosecond. Node's own `process.threadCpuUsage` reads
 * an account that the kernel brings up to date at its ticks only (1 to 4 ms apart), so a stage of 0.1 ms reads 0; WASI's
 * clock 3 is the kernel's CLOCK_THREAD_CPUTIME_ID.
 */
export function threadCpu(): number {
  // Made when somebody asks: loading WASI warns that it is experimental, which no program shall that only talks to pods.
  clock ??= threadClock() ?? coarseThreadCpu;
  return clock();
}

let clock: (() => number) | null = null;

function threadClock(): (() => number) | null {
  try {
    const { WASI } = process.getBuiltinModule("node:wasi");
    const wasi = new WASI({ version: "preview1" });
    const instance = new Wasm.Instance(new Wasm.Module(Buffer.from(MEMORY_MODULE, "base64")), {});
    wasi.initialize(instance);
    const view = new DataView(instance.exports.memory.buffer);
    const getTime = wasi.wasiImport.clock_time_get as (id: number, precision: bigint, address: number) => number;
    if (getTime(THREAD_CPUTIME_ID, 0n, 0) !== 0) return null;
    return () => {
      getTime(THREAD_CPUTIME_ID, 0n, 0);
      return view.getUint32(0, true) * 1e-9 + view.getUint32(4, true) * 4.294967296;
    };
  } catch {
    return null;
  }
}

/** Asking for the whole process makes the kernel bring this thread's account up to date: right, but twice the cost. */
function coarseThreadCpu(): number {
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  return (user + system) * 1e-6;
}
