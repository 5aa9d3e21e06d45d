// The public signals of the circuits `ballot8` and `ballot16`: the one encoder and the one table of their order.
import type { EncodedPoint } from "../primitives/babyjubjub.ts"
import { encodeFr } from "../primitives/field.ts"
import type { Fr, Nullifier } from "../primitives/field.ts"
import type { CircuitId } from "../primitives/prove.ts"

/** The circuits of ballots; an election names one of them. */
export type BallotCircuitId = Exclude<CircuitId, "presentation">

/** Four-way levels of every census, in both circuits: 4^12 leaves. */
export const CENSUS_LEVELS = 12

/** The shape of each circuit; `pairs` ciphertexts of two choices, and a rule's sum fits `sumBits`. */
export const BALLOT_CIRCUITS = {
  ballot8: { choices: 8, pairs: 4, rules: 8, sumBits: 4 },
  ballot16: { choices: 16, pairs: 8, rules: 20, sumBits: 5 },
} as const satisfies Record<
  BallotCircuitId,
  Readonly<Record<"choices" | "pairs" | "rules" | "sumBits", number>>
>

/** What all ballots of an election share; rebuilt from its definition, never taken from a voter. */
export interface BallotConstants {
  readonly electionId: Fr
  readonly censusRoot: Fr
  /** Bit j says that choice j exists. */
  readonly choiceMask: bigint
  /** One a rule: plus-bits low, minus-bits above them; exactly `rules` entries, 0 where no rule is. */
  readonly ruleCoefficients: readonly bigint[]
  readonly ruleMin: readonly bigint[]
  readonly ruleMax: readonly bigint[]
  /** One a pair, of order l and not O: the circuit does not check it. */
  readonly electionKeys: readonly EncodedPoint[]
}

/** What differs from ballot to ballot. */
export interface BallotVarying {
  readonly nullifier: Nullifier
  /** 0 <= sequence < 2^24. */
  readonly sequence: number
  readonly R: EncodedPoint
  /** One a pair. */
  readonly C: readonly EncodedPoint[]
}

/** A public signal with its place, 0-based, among all of its circuit. */
export interface PlacedSignal {
  readonly index: number
  readonly value: Fr
}

type SignalName = keyof BallotConstants | keyof BallotVarying
type Values<Name extends SignalName> = Readonly<Record<Name, readonly Fr[]>>

/** Outputs first, as the symbol file has them. */
const ORDER = [
  "censusRoot",
  "nullifier",
  "R",
  "C",
  "electionId",
  "sequence",
  "choiceMask",
  "ruleCoefficients",
  "ruleMin",
  "ruleMax",
  "electionKeys",
] as const satisfies readonly SignalName[]

/** Names of the public signals as the symbol file spells them; the index is the position. */
export function ballotSignalNames(circuit: BallotCircuitId): readonly string[] {
  const sizes = sizesOf(circuit)
  const isPointList = (name: SignalName): boolean => name === "C" || name === "electionKeys"
  return ORDER.flatMap((name) =>
    Array.from({ length: sizes[name] ?? 1 }, (_, i) => {
      if (sizes[name] === null) return name
      return isPointList(name) ? `${name}[${i >> 1}][${i & 1}]` : `${name}[${i}]`
    }),
  )
}

/**
 * The 47 or 99 public signals of one ballot in order.
 * @throws RangeError when a list has not the length of the circuit, or a number is out of the field
 */
export function encodeBallotSignals(
  circuit: BallotCircuitId,
  constants: BallotConstants,
  varying: BallotVarying,
): readonly Fr[] {
  const values = { ...constantValues(circuit, constants), ...varyingValues(circuit, varying) }
  return ORDER.flatMap((name) => values[name])
}

/**
 * The signals that an election fixes, each with its place: what a verification key is folded with.
 * @throws RangeError as `encodeBallotSignals`
 */
export function constantSignals(
  circuit: BallotCircuitId,
  constants: BallotConstants,
): readonly PlacedSignal[] {
  const values: Partial<Values<SignalName>> = constantValues(circuit, constants)
  let next = 0
  return ORDER.flatMap((name) => {
    const start = next
    next += sizesOf(circuit)[name] ?? 1
    return (values[name] ?? []).map((value, i) => ({ index: start + i, value }))
  })
}

/**
 * The signals that a folded key is left with, 12 or 20 of them in the order of the circuit: nullifier, R, C, sequence.
 * @throws RangeError as `encodeBallotSignals`
 */
export function varyingSignals(circuit: BallotCircuitId, varying: BallotVarying): readonly Fr[] {
  const values: Partial<Values<SignalName>> = varyingValues(circuit, varying)
  return ORDER.flatMap((name) => values[name] ?? [])
}

/** How many wires a signal takes; null for one that is no array. */
function sizesOf(circuit: BallotCircuitId): Readonly<Record<SignalName, number | null>> {
  const { pairs, rules } = BALLOT_CIRCUITS[circuit]
  return {
    censusRoot: null,
    nullifier: null,
    R: 2,
    C: 2 * pairs,
    electionId: null,
    sequence: null,
    choiceMask: null,
    ruleCoefficients: rules,
    ruleMin: rules,
    ruleMax: rules,
    electionKeys: 2 * pairs,
  }
}

function constantValues(circuit: BallotCircuitId, constants: BallotConstants): Values<keyof BallotConstants> {
  const { electionId, censusRoot, choiceMask, ruleCoefficients, ruleMin, ruleMax, electionKeys } = constants
  return sized(circuit, {
    electionId: [electionId],
    censusRoot: [censusRoot],
    choiceMask: [encodeFr(choiceMask)],
    ruleCoefficients: ruleCoefficients.map(encodeFr),
    ruleMin: ruleMin.map(encodeFr),
    ruleMax: ruleMax.map(encodeFr),
    electionKeys: electionKeys.flat(),
  })
}

function varyingValues(circuit: BallotCircuitId, varying: BallotVarying): Values<keyof BallotVarying> {
  const { nullifier, sequence, R, C } = varying
  return sized(circuit, { nullifier: [nullifier], sequence: [encodeFr(BigInt(sequence))], R, C: C.flat() })
}

/** A list that is too short would shift every signal behind it into another's place. */
function sized<Name extends SignalName>(circuit: BallotCircuitId, values: Values<Name>): Values<Name> {
  const sizes = sizesOf(circuit)
  for (const [name, list] of Object.entries(values) as [Name, readonly Fr[]][]) {
    const size = sizes[name] ?? 1
    if (list.length !== size) throw new RangeError(`${circuit} has ${size} of ${name}, got ${list.length}`)
  }
  return values
}
