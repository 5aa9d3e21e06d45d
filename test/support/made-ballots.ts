// Public signals of ballots that nobody cast: random elements at every place, for which proofs can only be forged.
import { randomBytes } from "node:crypto"
import {
  BALLOT_CIRCUITS,
  constantSignals,
  encodeBallotSignals,
  varyingSignals,
} from "../../src/protocol/election/ballot-signals.ts"
import type { BallotCircuitId, PlacedSignal } from "../../src/protocol/election/ballot-signals.ts"
import { bytesToBigint } from "../../src/protocol/primitives/bytes.ts"
import { encodeFr, parseNullifier, R } from "../../src/protocol/primitives/field.ts"
import type { Fr } from "../../src/protocol/primitives/field.ts"

/** Ballots of one election. */
export interface MadeBallots {
  /** Per ballot, every signal of the circuit. */
  readonly signals: readonly (readonly Fr[])[]
  /** Per ballot, the signals that a folded key is left with. */
  readonly own: readonly (readonly Fr[])[]
  /** What the key is folded with. */
  readonly constants: readonly PlacedSignal[]
}

export function makeBallots(circuit: BallotCircuitId, count: number): MadeBallots {
  const { pairs, rules } = BALLOT_CIRCUITS[circuit]
  const list = <T>(length: number, make: () => T): T[] => Array.from({ length }, make)
  const draw = (): Fr => encodeFr(bytesToBigint(randomBytes(64)) % R)
  const point = (): readonly [Fr, Fr] => [draw(), draw()]
  const number = (): bigint => BigInt(draw())
  const constants = {
    electionId: draw(),
    censusRoot: draw(),
    choiceMask: number(),
    ruleCoefficients: list(rules, number),
    ruleMin: list(rules, number),
    ruleMax: list(rules, number),
    electionKeys: list(pairs, point),
  }
  const ballots = Array.from({ length: count }, (_, sequence) => {
    return { nullifier: parseNullifier(draw()), sequence, R: point(), C: list(pairs, point) }
  })
  return {
    signals: ballots.map((ballot) => encodeBallotSignals(circuit, constants, ballot)),
    own: ballots.map((ballot) => varyingSignals(circuit, ballot)),
    constants: constantSignals(circuit, constants),
  }
}
