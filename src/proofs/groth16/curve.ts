// BN254 as ffjavascript computes it, one instance per thread, without threads of its own.
import * as snarkjs from "snarkjs"
import { Groth16Error } from "./errors.ts"

/** A point: affine (64 or 128 bytes, little-endian, Montgomery 2^256) or Jacobian (96 or 192). Infinity is all zeros. */
export type Point = Uint8Array

/** One group of the curve. `toObject` and `fromObject` use numbers below q: [x, y, z], in G2 as pairs. */
export interface Group<Coordinate> {
  readonly gAffine: Point
  fromObject(xyz: readonly Coordinate[]): Point
  toObject(point: Point): Coordinate[]
  toAffine(point: Point): Point
  toJacobian(point: Point): Point
  isZero(point: Point): boolean
  /** On the curve or infinity. Says nothing about the subgroup. */
  isValid(point: Point): boolean
  eq(a: Point, b: Point): boolean
  add(a: Point, b: Point): Point
  neg(point: Point): Point
  /** A scalar in bytes is little-endian. */
  timesScalar(point: Point, scalar: bigint | Uint8Array): Point
  /** Jacobian points to affine ones, with one inversion for all. */
  batchToAffine(jacobian: Uint8Array): Promise<Uint8Array>
  /** Σ k_i·P_i over affine bases and 32-byte little-endian scalars. */
  multiExpAffine(bases: Uint8Array, scalars: Uint8Array): Promise<Point>
}

/** A field of the curve: elements are bytes, little-endian, Montgomery. */
export interface Field {
  mul(a: Uint8Array, b: Uint8Array): Uint8Array
  neg(a: Uint8Array): Uint8Array
  eq(a: Uint8Array, b: Uint8Array): boolean
  exp(a: Uint8Array, exponent: bigint): Uint8Array
  readonly one: Uint8Array
}

/** One step of ffjavascript's interpreter over its own memory; only what the scrubber looks at. */
export interface TaskStep {
  readonly cmd: "ALLOC" | "ALLOCSET" | "SET" | "CALL" | "GET"
  readonly var?: number
  readonly out?: number
  readonly len?: number
  readonly buff?: Uint8Array
}

/** Runs tasks in a WebAssembly memory that nothing else can reach; whatever a task wrote there stays. */
export interface TaskRunner {
  queueAction(steps: readonly TaskStep[]): Promise<Uint8Array[]>
}

/** The memory of the synchronous functions, and those functions by pointer. Nothing in it outlives a synchronous call. */
export interface NativeCurve {
  readonly u8: Uint8Array
  readonly instance: { readonly exports: Readonly<Record<string, (...args: number[]) => number>> }
  /** Pointer to fresh bytes, free again at `endSyncOp`. */
  alloc(length: number): number
  startSyncOp(): void
  endSyncOp(): void
}

/** The scalar field as the prover uses it. Members are replaceable: see `blinding.ts`. */
export interface ScalarField {
  random: () => Uint8Array
  fromObject(value: bigint): Uint8Array
}

/** The part of ffjavascript's curve object that we use. */
export interface Bn254 {
  readonly G1: Group<bigint>
  readonly G2: Group<readonly [bigint, bigint]>
  readonly F1: Field
  readonly F2: Field & { fromObject(c: readonly [bigint, bigint]): Uint8Array }
  readonly Fr: ScalarField
  readonly Gt: Field
  prepareG1(jacobian: Point): Uint8Array
  prepareG2(jacobian: Point): Uint8Array
  millerLoop(preparedG1: Uint8Array, preparedG2: Uint8Array): Uint8Array
  finalExponentiation(value: Uint8Array): Uint8Array
  readonly tm: TaskRunner & NativeCurve
}

const { curves } = snarkjs as unknown as {
  readonly curves: { getCurveFromName(name: string, options: { singleThread: boolean }): Promise<Bn254> }
}
const slot = globalThis as { curve_bn128?: Bn254 | null }
let ours: Promise<Bn254> | undefined

/** The one curve of this thread. Building takes 0.1 s, once; it starts no thread and keeps no process alive. */
export function openCurve(): Promise<Bn254> {
  ours ??= curves.getCurveFromName("bn128", { singleThread: true })
  return ours
}

/**
 * Puts our curve where snarkjs looks for one, before every call of it: without, it rebuilds the curve per call or
 * starts one worker per CPU that never ends. Evaluating another copy of ffjavascript sets the slot to null, which is
 * repaired here; a foreign curve in it would bring its own randomness and threads, so it is a fault.
 * @throws Groth16Error `curve-replaced`
 */
export async function presetCurve(): Promise<Bn254> {
  const curve = await openCurve()
  const present = slot.curve_bn128
  if (present != null && present !== curve) {
    throw new Groth16Error("curve-replaced", "another curve took the place of this thread's curve")
  }
  slot.curve_bn128 = curve
  return curve
}
