/** The part of WebAssembly's JavaScript interface that is used here: TypeScript has its types with the browser's only. */

export interface Memory {
  readonly buffer: SharedArrayBuffer;
  /** @param pages of 64 KiB. */
  grow(pages: number): number;
}

interface WebAssemblyInterface {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => Memory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  validate(bytes: Uint8Array): boolean;
}

const { WebAssembly = {} } = globalThis as unknown as { WebAssembly?: object };

/** None of them is there where the platform has no WebAssembly. */
export const { Memory, Module, Instance, validate } = WebAssembly as WebAssemblyInterface;

/** Bytes of a module. */
export function decode(base64: string): Uint8Array {
  const text = atob(base64);
  return Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}
