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

export const { Memory, Module, Instance, validate } = (globalThis as unknown as { WebAssembly: WebAssemblyInterface })
  .WebAssembly;
