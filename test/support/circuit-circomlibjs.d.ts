// The part of circomlibjs 0.1.7 that the tests use as an independent oracle; the package ships no types.
declare module "circomlibjs" {
  type Element = Uint8Array // Montgomery form
  type Point = readonly [Element, Element]
  interface Field {
    e(value: bigint): Element
    toObject(element: Element): bigint
  }
  interface Poseidon {
    (inputs: readonly Element[]): Element
    readonly F: Field
  }
  interface BabyJub {
    readonly F: Field
    readonly Base8: Point
    readonly Generator: Point
    mulPointEscalar(point: Point, scalar: bigint): Point
    addPoint(left: Point, right: Point): Point
  }
  interface Eddsa {
    prv2pub(privateKey: Uint8Array): Point
    signPoseidon(privateKey: Uint8Array, message: Element): { readonly R8: Point; readonly S: bigint }
    verifyPoseidon(
      message: Element,
      signature: { readonly R8: Point; readonly S: bigint },
      publicKey: Point,
    ): boolean
  }
  export function buildPoseidon(): Promise<Poseidon>
  export function buildBabyjub(): Promise<BabyJub>
  export function buildEddsa(): Promise<Eddsa>
}
