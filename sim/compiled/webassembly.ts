/** The part of WebAssembly's JavaScript interface that is used here: TypeScript has its types with the browser's only. */
interface WebAssemblyInterface {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

/** What a module exports. @param base64 the module. @throws where the platform has no WebAssembly, or lets nobody use it. */
export function instantiate(base64: string, imports: object): unknown {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly;
  const text = atob(base64);
  const bytes = Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  return new Instance(new Module(bytes), imports).exports;
}
