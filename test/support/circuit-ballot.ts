// Honest inputs of the circuits `ballot8` and `ballot16` and the outputs they must have, over the oracle alone.
import type { Oracle, OracleTree, PlainPoint } from "./circuit-oracle.ts"
import type { CircuitInput } from "./circuit-witness.ts"

/** What elections.md calls CHOICES, RULES and SUM_BITS. */
export interface BallotShape {
  readonly choices: number
  readonly rules: number
  readonly sumBits: number
}
export const BALLOT_SHAPES = {
  ballot8: { choices: 8, rules: 8, sumBits: 4 },
  ballot16: { choices: 16, rules: 20, sumBits: 5 },
} as const satisfies Record<string, BallotShape>
export const CENSUS_LEVELS = 12
export const IDENTITY: PlainPoint = [0n, 1n]
/** 2^32 * G, as the specification prints it. */
export const PACKING_POINT: PlainPoint = [
  13924641157502813998759594372437865478825281838225516826720234568502723756325n,
  5909344824063165275624417723557917583356454568781175462442470854960225156713n,
]

export interface BallotRule {
  readonly plus: readonly number[]
  readonly minus?: readonly number[]
  readonly min: bigint
  readonly max: bigint
}

/** min <= plus - minus <= max. */
export const ballotRule = (
  plus: readonly number[],
  min: number,
  max: number,
  minus?: readonly number[],
): BallotRule => ({
  ...{ plus, min: BigInt(min), max: BigInt(max) },
  ...(minus === undefined ? {} : { minus }),
})

export interface BallotOptions {
  readonly secret?: bigint
  readonly weight?: bigint
  readonly index?: number
  /** Missing marks are 0. */
  readonly marks?: readonly bigint[]
  readonly randomness?: bigint
  readonly electionId?: bigint
  readonly sequence?: bigint
  readonly mask?: bigint
  /** Missing rules are all zero. */
  readonly rules?: readonly BallotRule[]
  readonly keys?: readonly PlainPoint[]
  /** Signals that replace the computed ones, for inputs no honest code would build. */
  readonly signals?: CircuitInput
}

/** Builds inputs of one instance. */
export class BallotBuilder {
  readonly oracle: Oracle
  readonly shape: BallotShape
  /** Keys of order l with unrelated logarithms. */
  readonly keys: readonly PlainPoint[]

  constructor(oracle: Oracle, shape: BallotShape) {
    this.oracle = oracle
    this.shape = shape
    this.keys = Array.from({ length: shape.choices / 2 }, (_, c) =>
      oracle.multiply(oracle.hash(BigInt(c)) >> 5n),
    )
  }

  #filled(options: BallotOptions) {
    const { choices, rules } = this.shape
    return {
      ...{ secret: 123456789012345678901234567890n, weight: 1n, index: 4_242_424 },
      ...{ marks: [0n, 1n, 1n, 0n, 0n, 0n, 1n, 1n], randomness: 987654321987654321n },
      ...{ electionId: 7n, sequence: 3n, mask: (1n << BigInt(choices)) - 1n, keys: this.keys },
      rules: [ballotRule([0, 1, 2, 3, 4, 5, 6, 7], 1, 5), ballotRule([1, 3], 0, 1, [6])].slice(0, rules),
      ...options,
    }
  }

  leaf(options: BallotOptions = {}): bigint {
    const { secret, weight } = this.#filled(options)
    return this.oracle.hash(2003n, this.oracle.hash(2001n, secret), weight)
  }

  /** A census of this leaf and two neighbours. */
  census(options: BallotOptions = {}): OracleTree {
    const { index } = this.#filled(options)
    const leaves = new Map([
      [index ^ 1, 11n],
      [index ^ 64, 12n],
      [index, this.leaf(options)],
    ])
    return this.oracle.tree(leaves, CENSUS_LEVELS)
  }

  /** The input of a ballot; without options it keeps every rule. */
  input(options: BallotOptions = {}): CircuitInput {
    const filled = this.#filled(options)
    const { choices, rules } = this.shape
    const each = (value: (rule: BallotRule) => bigint): bigint[] =>
      Array.from({ length: rules }, (_, g) => {
        const rule = filled.rules[g]
        return rule === undefined ? 0n : value(rule)
      })
    return {
      electionId: filled.electionId,
      sequence: filled.sequence,
      choiceMask: filled.mask,
      ruleCoefficients: each(({ plus, minus = [] }) => {
        const places = [...plus, ...minus.map((choice) => choices + choice)]
        return places.reduce((all, place) => all | (1n << BigInt(place)), 0n)
      }),
      ruleMin: each(({ min }) => min),
      ruleMax: each(({ max }) => max),
      electionKeys: filled.keys,
      voterSecret: filled.secret,
      weight: filled.weight,
      leafIndex: BigInt(filled.index),
      children: this.census(options).path(filled.index),
      marks: this.#marks(options),
      randomness: filled.randomness,
      ...filled.signals,
    }
  }

  /** Root, nullifier, R and every C, in the order of the circuit. */
  outputs(options: BallotOptions = {}): bigint[] {
    const { secret, electionId, randomness, keys } = this.#filled(options)
    const { hash, multiply, add, times } = this.oracle
    const C = keys.map((key, c) => add(times(key, randomness), this.message(c, options)))
    return [this.census(options).root, hash(2002n, secret, electionId), ...multiply(randomness), ...C.flat()]
  }

  /** What ciphertext c holds: marks[2c] * weight * G + marks[2c + 1] * J, for marks that are bits. */
  message(c: number, options: BallotOptions = {}): PlainPoint {
    const marks = this.#marks(options)
    const { add, multiply } = this.oracle
    const even = marks[2 * c] === 1n ? multiply(this.#filled(options).weight) : IDENTITY
    return marks[2 * c + 1] === 1n ? add(even, PACKING_POINT) : even
  }

  #marks(options: BallotOptions): bigint[] {
    const { marks } = this.#filled(options)
    return Array.from({ length: this.shape.choices }, (_, j) => marks[j] ?? 0n)
  }
}
