// The part of the WebAssembly interface this room uses; Node's own declarations leave it to the DOM.

/** Compiled code; may be sent to another thread. */
export type CompiledModule = object

/** A started instance. */
export interface Instance {
  readonly exports: Readonly<Record<string, unknown>>
}

interface WebAssemblyInterface {
  /** Pages of 64 kB. */
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => {
    readonly buffer: ArrayBuffer
  }
  compile(code: Uint8Array): Promise<CompiledModule>
  instantiate(
    module: CompiledModule,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ): Promise<Instance>
}

/** The engine's WebAssembly, the same in Node and in a page. */
export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface })
  .WebAssembly
