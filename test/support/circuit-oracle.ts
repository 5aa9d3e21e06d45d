// Poseidon, 4-ary trees and EdDSA-Poseidon from circomlibjs: shares no line with src/, so it can disagree with it.
import { buildBabyjub, buildEddsa, buildPoseidon } from "circomlibjs"

/** Order of the prime subgroup of BabyJubJub, ERC-2494. */
export const SUBGROUP_ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n

export type PlainPoint = readonly [x: bigint, y: bigint]
export interface Signature {
  readonly R8: PlainPoint
  readonly S: bigint
}

/** A fixed-depth 4-ary tree; `path(i)` is the children of each level, leaves first. */
export interface OracleTree {
  readonly root: bigint
  path: (index: number) => bigint[][]
}

export interface Oracle {
  /** Poseidon of circomlibjs over 1 to 16 inputs. */
  hash: (...inputs: bigint[]) => bigint
  tree: (leaves: ReadonlyMap<number, bigint>, levels: number, emptyLeaf?: bigint) => OracleTree
  publicKey: (privateKey: Uint8Array) => PlainPoint
  sign: (privateKey: Uint8Array, message: bigint) => Signature
  /** Signs for a public key of the caller's choice, e.g. one with a torsion part: S = k + 8*h*scalar. */
  signAs: (key: PlainPoint, scalar: bigint, message: bigint) => Signature
  /** scalar * Base8: a point of order l. */
  multiply: (scalar: bigint) => PlainPoint
  /** multiple * T, with T a point of order 8. */
  torsion: (multiple: bigint) => PlainPoint
  add: (left: PlainPoint, right: PlainPoint) => PlainPoint
  /** scalar * point, for any point of the curve. */
  times: (point: PlainPoint, scalar: bigint) => PlainPoint
}

/** Builds the oracle; takes about a second, so once per test file. */
export async function openOracle(): Promise<Oracle> {
  const [poseidon, eddsa, curve] = await Promise.all([buildPoseidon(), buildEddsa(), buildBabyjub()])
  const { F } = poseidon
  const plain = ([x, y]: readonly [Uint8Array, Uint8Array]): PlainPoint => [F.toObject(x), F.toObject(y)]
  const inner = ([x, y]: PlainPoint): readonly [Uint8Array, Uint8Array] => [F.e(x), F.e(y)]
  const hash = (...inputs: bigint[]): bigint => F.toObject(poseidon(inputs.map((input) => F.e(input))))
  const orderEight = curve.mulPointEscalar(curve.Generator, SUBGROUP_ORDER)
  return {
    hash,
    tree: (leaves, levels, emptyLeaf = 0n) => buildTree(hash, leaves, levels, emptyLeaf),
    publicKey: (privateKey) => plain(eddsa.prv2pub(privateKey)),
    sign: (privateKey, message) => {
      const { R8, S } = eddsa.signPoseidon(privateKey, F.e(message))
      return { R8: plain(R8), S }
    },
    signAs: (key, scalar, message) => {
      const nonce = 987654321987654321n // fixed: these keys sign one message each, in tests only
      const R8 = plain(curve.mulPointEscalar(curve.Base8, nonce))
      return { R8, S: (nonce + 8n * hash(...R8, ...key, message) * scalar) % SUBGROUP_ORDER }
    },
    multiply: (scalar) => plain(curve.mulPointEscalar(curve.Base8, scalar)),
    torsion: (multiple) => plain(curve.mulPointEscalar(orderEight, multiple)),
    add: (left, right) => plain(curve.addPoint(inner(left), inner(right))),
    times: (point, scalar) => plain(curve.mulPointEscalar(inner(point), scalar)),
  }
}

function buildTree(
  hash: Oracle["hash"],
  leaves: ReadonlyMap<number, bigint>,
  levels: number,
  emptyLeaf: bigint,
): OracleTree {
  const nodes: Map<number, bigint>[] = [new Map(leaves)]
  const hollow = [emptyLeaf]
  const family = (level: number, parent: number): bigint[] =>
    [0, 1, 2, 3].map((child) => nodes[level]?.get(4 * parent + child) ?? hollow[level] ?? 0n)
  for (let level = 0; level < levels; level++) {
    const empty = hollow[level] ?? 0n
    hollow.push(hash(empty, empty, empty, empty))
    const parents = new Set([...(nodes[level]?.keys() ?? [])].map((index) => index >> 2))
    nodes.push(new Map([...parents].map((parent) => [parent, hash(...family(level, parent))])))
  }
  return {
    root: nodes[levels]?.get(0) ?? hollow[levels] ?? 0n,
    path: (index) => Array.from({ length: levels }, (_, level) => family(level, index >> (2 * (level + 1)))),
  }
}
