// Honest inputs of the circuit `presentation`, built from the formulas of the specification over the oracle alone.
import type { Oracle, OracleTree, PlainPoint } from "./circuit-oracle.ts"
import type { CircuitInput } from "./circuit-witness.ts"

export const SLOTS = 6
const CLAUSES = 6
export const LIST = 16
export const LEVELS = 6
/** Field value of the integer 0: ordered values are 2^62 + n. */
const ORDERED_ZERO = 1n << 62n
/** What `diff` adds: v - w + 2^63. */
export const DIFFERENCE_OFFSET = 1n << 63n
/** 2^64 - 1, the largest bound. */
export const LARGEST_BOUND = (1n << 64n) - 1n

export const OPS = ["off", "eq", "between", "in", "diff", "same", "present", "inSet"] as const
export type Op = (typeof OPS)[number]

export interface Slot {
  readonly code: bigint
  readonly lo: bigint
  readonly hi: bigint
  readonly list: readonly bigint[]
}
export interface SlotOptions {
  readonly second?: number
  readonly negated?: boolean
  readonly lo?: bigint
  readonly hi?: bigint
  readonly list?: readonly bigint[]
}

/** One literal: field 0-3, second field 4-7, op 8-10, not 11; a short list is filled with its first value. */
export function slot(op: Op, field = 0, options: SlotOptions = {}): Slot {
  const { second = 0, negated = false, lo = 0n, hi = 0n, list = [0n] } = options
  const code = BigInt(field + 16 * second + 256 * OPS.indexOf(op) + (negated ? 2048 : 0))
  return { code, lo, hi, list: Array.from({ length: LIST }, (_, i) => list[i] ?? list[0] ?? 0n) }
}

/** The 36-bit mask; clauses that are not given repeat the first. BigInt throughout: JavaScript shifts are 32-bit. */
export function clauseMask(clauses: readonly (readonly number[])[]): bigint {
  let mask = 0n
  for (let c = 0; c < CLAUSES; c++) {
    for (const k of clauses[c] ?? clauses[0] ?? []) mask |= 1n << BigInt(SLOTS * c + k)
  }
  return mask
}

export const ordered = (value: number): bigint => ORDERED_ZERO + BigInt(value)
/** A code of the attribute type `code`: any value of 248 bits far outside the ordered range. */
export const code = (n: number): bigint => (1n << 247n) + 1_000_003n * BigInt(n)

/** Sixteen attributes of every kind; 6 and 9 to 15 are absent, 1 and 8 are equal. */
export const ATTRIBUTES: readonly bigint[] = [
  code(1), code(2), ordered(2), ordered(2), ordered(18_700), ordered(18_000), 0n, ordered(540), code(2),
  0n, 0n, 0n, 0n, 0n, 0n, 0n,
] // prettier-ignore

export interface IssuerKey {
  readonly privateKey: Uint8Array
  readonly point: PlainPoint
}
export interface Credential {
  readonly issuer: PlainPoint
  readonly schemaId: bigint
  readonly secret: bigint
  readonly blind: bigint
  readonly credId: bigint
  readonly attributes: readonly bigint[]
  readonly statusIndex: bigint
  readonly validFrom: bigint
  readonly validUntil: bigint
  readonly hash: bigint
  readonly R8: PlainPoint
  readonly S: bigint
}
export type CredentialOptions = Partial<Omit<Credential, "hash" | "issuer" | "R8" | "S">>

export interface PresentationOptions {
  readonly slots?: readonly Slot[]
  /** Clauses as lists of slots, or the mask itself. By default one clause per given slot. */
  readonly clauses?: readonly (readonly number[])[] | bigint
  /** Status words by position; the rest are 0. */
  readonly words?: ReadonlyMap<number, bigint>
  readonly registry?: OracleTree
  readonly issuerIndex?: number
  readonly values?: readonly bigint[]
  readonly memberAt?: number
  readonly mode?: bigint
  readonly scope?: bigint
  readonly requestHash?: bigint
  readonly now?: bigint
  /** Signals that replace the computed ones, for inputs no honest code would build. */
  readonly signals?: CircuitInput
}

const DEFAULTS = {
  schemaId: 42n,
  secret: 123456789012345678901234567890n,
  blind: 77n,
  credId: 987654321n,
  attributes: ATTRIBUTES,
  statusIndex: BigInt(5 * 256 + 17),
  validFrom: 1_700_006_400n, // 2023-11-15T00:00:00Z
  validUntil: 1_800_057_599n, // 2027-01-15T23:59:59Z
}
const WORDS: ReadonlyMap<number, bigint> = new Map([[5, 1n << 3n]]) // a neighbour is revoked
const VALUES = [code(2), code(9), code(10)]

/** Builds signers, credentials, trees and inputs over one oracle. */
export class PresentationBuilder {
  readonly oracle: Oracle
  constructor(oracle: Oracle) {
    this.oracle = oracle
  }

  /** A key whose private bytes are all `seed`. */
  issuerKey(seed: number): IssuerKey {
    const privateKey = new Uint8Array(32).fill(seed)
    return { privateKey, point: this.oracle.publicKey(privateKey) }
  }

  /** credentialHash of section "objects and formulas". */
  credentialHash(options: CredentialOptions = {}): bigint {
    const c = { ...DEFAULTS, ...options }
    const { hash } = this.oracle
    const holder = hash(1001n, c.secret, c.blind)
    const attrsRoot = hash(...c.attributes)
    return hash(1002n, c.schemaId, holder, c.statusIndex, c.validFrom, c.validUntil, attrsRoot, c.credId)
  }

  /** A credential with a true signature, whatever it says. */
  issue(key: IssuerKey, options: CredentialOptions = {}): Credential {
    const hash = this.credentialHash(options)
    return { ...DEFAULTS, ...options, issuer: key.point, hash, ...this.oracle.sign(key.privateKey, hash) }
  }

  statusTree(words: ReadonlyMap<number, bigint>): OracleTree {
    const { hash } = this.oracle
    const leaves = new Map([...words].map(([position, word]) => [position, hash(1006n, word)]))
    return this.oracle.tree(leaves, LEVELS, hash(1006n, 0n))
  }

  valueSet(values: readonly bigint[]): OracleTree {
    const leaves = new Map(values.map((value, index) => [index, this.oracle.hash(1009n, value)]))
    return this.oracle.tree(leaves, LEVELS)
  }

  issuerLeaf(issuer: PlainPoint, schemaId: bigint, statusRoot: bigint): bigint {
    return this.oracle.hash(1003n, ...issuer, schemaId, statusRoot)
  }

  /** The input of a presentation of this credential; without options it satisfies every rule. */
  input(credential: Credential, options: PresentationOptions = {}): CircuitInput {
    return {
      ...this.#request(options),
      ...this.#record(credential),
      ...this.#lists(credential, options),
      ...options.signals,
    }
  }

  #request({
    slots: given,
    clauses,
    mode = 0n,
    scope = 9n,
    requestHash = 10n,
    now = 1_750_000_000n,
  }: PresentationOptions) {
    const used = given ?? [slot("present", 7)]
    const slots = Array.from({ length: SLOTS }, (_, k) => used[k] ?? slot("off"))
    const mask = typeof clauses === "bigint" ? clauses : clauseMask(clauses ?? used.map((_, k) => [k]))
    return {
      scope,
      nullifierMode: mode,
      requestHash,
      now,
      slotCode: slots.map((each) => each.code),
      lo: slots.map((each) => each.lo),
      hi: slots.map((each) => each.hi),
      list: slots.map((each) => each.list),
      clauses: mask,
    }
  }

  #record(credential: Credential) {
    const { schemaId, secret, blind, credId, attributes, statusIndex, validFrom, validUntil, S } = credential
    const [Ax, Ay] = credential.issuer
    const [R8x, R8y] = credential.R8
    return {
      schemaId,
      secret,
      blind,
      credId,
      attrs: attributes,
      statusIndex,
      validFrom,
      validUntil,
      Ax,
      Ay,
      R8x,
      R8y,
      S,
    }
  }

  #lists({ issuer, schemaId, statusIndex }: Credential, options: PresentationOptions) {
    const { words = WORDS, issuerIndex = 9, values = VALUES, memberAt = 0 } = options
    const status = this.statusTree(words)
    const leaf = this.issuerLeaf(issuer, schemaId, status.root)
    const registry = options.registry ?? this.oracle.tree(new Map([[issuerIndex, leaf]]), LEVELS)
    const set = this.valueSet(values)
    const position = Number((statusIndex >> 8n) & 0xfffn)
    return {
      registryRoot: registry.root,
      setRoot: set.root,
      statusWord: words.get(position) ?? 0n,
      statusChildren: status.path(position),
      issuerIndex: BigInt(issuerIndex),
      issuerChildren: registry.path(issuerIndex),
      member: values[memberAt] ?? 0n,
      memberIndex: BigInt(memberAt),
      memberChildren: set.path(memberAt),
    }
  }
}
