// Verification keys: parsed and checked once, prepared once per thread.
import { bytesToHex, concatBytes } from "../../protocol/primitives/bytes.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { parseCoordinate } from "../../protocol/primitives/field.ts"
import { canonicalBytes, parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import type { ArtifactEntry } from "./artifacts.ts"
import { openCurve } from "./curve.ts"
import type { Bn254, Point } from "./curve.ts"
import { Groth16Error } from "./errors.ts"
import { isInG2 } from "./subgroup.ts"

/** snarkjs's members of a Groth16 key, without the redundant `vk_alphabeta_12`. Points carry z = 1. */
export interface VerificationKeyJson {
  readonly protocol: "groth16"
  readonly curve: "bn128"
  readonly nPublic: number
  readonly vk_alpha_1: G1Json
  readonly vk_beta_2: G2Json
  readonly vk_gamma_2: G2Json
  readonly vk_delta_2: G2Json
  readonly IC: readonly G1Json[]
}
type G1Json = readonly [x: string, y: string, z: string]
type Pair = readonly [string, string]
type G2Json = readonly [x: Pair, y: Pair, z: Pair]

/** A key that passed every check. Plain data: it may cross a thread border. */
export type VerificationKey = {
  readonly circuit: string
  readonly sha256: string
  readonly json: VerificationKeyJson
} & { readonly __brand: "VerificationKey" }

/** The working form of a key; belongs to the thread that made it. */
export interface PreparedVerificationKey {
  readonly key: VerificationKey
  readonly ic0: Point
  /** IC_1 ... IC_n, affine, one after another. */
  readonly ic: Uint8Array
  readonly minusGamma: Uint8Array
  readonly minusDelta: Uint8Array
  readonly alphaBeta: Uint8Array
  readonly alpha: Point
  /** -beta, -gamma, -delta: affine, one after another. */
  readonly minusG2: Uint8Array
}

const MAX_KEY_BYTES = 1 << 20 // 4,000 public signals; ours have at most 125

/**
 * Reads a verification key and checks all that a verification relies on: the digest, canonical coordinates, every
 * point on its curve, finite and of order r, one IC point per signal, and a delta that differs from ±gamma and from ±
 * the generator. A key with delta = gamma (a setup without contribution) accepts forgeries for any signals.
 * @param bytes - JSON with snarkjs's members; `vk_alphabeta_12` is ignored
 * @throws Groth16Error `verification-key-refused`
 */
export async function parseVerificationKey(
  bytes: Uint8Array,
  entry: Pick<ArtifactEntry, "id" | "publicSignals" | "vkeySha256">,
): Promise<VerificationKey> {
  const json = readKey(bytes, entry.id)
  const digest = bytesToHex(sha256(canonicalBytes(json as unknown as Json)))
  if (digest !== entry.vkeySha256) throw refused(entry.id, "not the pinned one")
  if (json.nPublic !== entry.publicSignals || json.IC.length !== entry.publicSignals + 1) {
    throw refused(entry.id, "one IC point per public signal expected")
  }
  const fault = pointsFault(await openCurve(), json)
  if (fault !== null) throw refused(entry.id, fault)
  return { circuit: entry.id, sha256: digest, json } as VerificationKey
}

/** Computes what stays the same for every proof under a key: 9 ms once, and one of four Miller loops less per proof. */
export async function prepareVerificationKey(key: VerificationKey): Promise<PreparedVerificationKey> {
  const curve = await openCurve()
  const { G1, G2 } = curve
  const [ic0, ...rest] = key.json.IC.map((point) => g1(curve, point))
  if (ic0 === undefined) throw refused(key.circuit, "no IC points")
  const ic = new Uint8Array(64 * rest.length)
  rest.forEach((point, i) => {
    ic.set(point, 64 * i)
  })
  const alpha = g1(curve, key.json.vk_alpha_1)
  const [beta, gamma, delta] = [key.json.vk_beta_2, key.json.vk_gamma_2, key.json.vk_delta_2].map((point) =>
    G2.neg(g2(curve, point)),
  ) as [Point, Point, Point]
  const linesOf = (point: Point): Uint8Array => curve.prepareG2(G2.toJacobian(point))
  const minusAlpha = curve.prepareG1(G1.toJacobian(G1.neg(alpha)))
  return {
    key,
    ic0,
    ic,
    minusGamma: linesOf(gamma),
    minusDelta: linesOf(delta),
    alphaBeta: curve.finalExponentiation(curve.millerLoop(minusAlpha, linesOf(beta))),
    alpha,
    minusG2: concatBytes(beta, gamma, delta),
  }
}

function pointsFault(curve: Bn254, key: VerificationKeyJson): string | null {
  const { G1, G2 } = curve
  const g1Points = [key.vk_alpha_1, ...key.IC].map((point) => g1(curve, point))
  const [beta, gamma, delta] = [key.vk_beta_2, key.vk_gamma_2, key.vk_delta_2].map((point) =>
    g2(curve, point),
  )
  if (beta === undefined || gamma === undefined || delta === undefined) return "a point is missing"
  if (g1Points.some((point) => G1.isZero(point) || !G1.isValid(point))) return "a G1 point is off the curve"
  const outside = (point: Point): boolean => G2.isZero(point) || !G2.isValid(point) || !isInG2(curve, point)
  if ([beta, gamma, delta].some(outside)) return "a G2 point is off the curve or outside the subgroup"
  const forbidden = [gamma, G2.neg(gamma), G2.gAffine, G2.neg(G2.gAffine)]
  return forbidden.some((point) => G2.eq(delta, point)) ? "delta was never contributed to" : null
}

function g1(curve: Bn254, point: G1Json): Point {
  return curve.G1.fromObject(point.map(BigInt))
}

function g2(curve: Bn254, point: G2Json): Point {
  return curve.G2.fromObject(point.map(([c0, c1]) => [BigInt(c0), BigInt(c1)] as const))
}

function readKey(bytes: Uint8Array, circuit: string): VerificationKeyJson {
  try {
    const key = parseStrictJson(bytes, { maxBytes: MAX_KEY_BYTES }) as Readonly<Record<string, unknown>>
    if (key["protocol"] !== "groth16" || key["curve"] !== "bn128") {
      throw refused(circuit, "not a Groth16 key over bn128")
    }
    const [nPublic, ic] = [key["nPublic"], key["IC"]]
    if (typeof nPublic !== "number" || !Array.isArray(ic)) throw refused(circuit, "members are missing")
    return {
      protocol: "groth16",
      curve: "bn128",
      nPublic,
      vk_alpha_1: readG1(key["vk_alpha_1"], circuit),
      vk_beta_2: readG2(key["vk_beta_2"], circuit),
      vk_gamma_2: readG2(key["vk_gamma_2"], circuit),
      vk_delta_2: readG2(key["vk_delta_2"], circuit),
      IC: ic.map((point: unknown) => readG1(point, circuit)),
    }
  } catch (error) {
    if (error instanceof Groth16Error) throw error
    if (error instanceof ProtocolError) throw refused(circuit, error.code, error)
    throw error
  }
}

function readG1(value: unknown, circuit: string): G1Json {
  const [x, y, z] = triple(value, circuit)
  if (z !== "1") throw refused(circuit, "points are affine")
  return [parseCoordinate(x), parseCoordinate(y), z]
}

function readG2(value: unknown, circuit: string): G2Json {
  const [x, y, z] = triple(value, circuit).map((pair) => readPair(pair, circuit))
  if (x === undefined || y === undefined || z?.[0] !== "1" || z[1] !== "0") {
    throw refused(circuit, "points are affine")
  }
  return [x, y, z]
}

function triple(value: unknown, circuit: string): [unknown, unknown, unknown] {
  if (!Array.isArray(value) || value.length !== 3) throw refused(circuit, "a point has three coordinates")
  return value as [unknown, unknown, unknown]
}

function readPair(value: unknown, circuit: string): Pair {
  if (!Array.isArray(value) || value.length !== 2) throw refused(circuit, "a G2 coordinate is a pair")
  return [parseCoordinate(value[0]), parseCoordinate(value[1])]
}

function refused(circuit: string, why: string, cause?: Error): Groth16Error {
  const options = cause === undefined ? undefined : { cause }
  return new Groth16Error("verification-key-refused", `verification key of ${circuit}: ${why}`, options)
}
