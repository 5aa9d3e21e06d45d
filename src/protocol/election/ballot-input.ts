// The named inputs of one ballot's proof, public and private, and the signals it must come out with. Secret: never logged.
import { isUsableRandomness } from "../primitives/ballot-randomness.ts"
import { encodePoint, parseCurvePoint, SUBGROUP_ORDER } from "../primitives/babyjubjub.ts"
import { encryptMarks } from "../primitives/elgamal.ts"
import type { Fr } from "../primitives/field.ts"
import { poseidon } from "../primitives/poseidon.ts"
import type { CircuitInput } from "../primitives/prove.ts"
import type { TreePath } from "../primitives/tree4.ts"
import { deriveBallotNullifier, deriveCensusLeaf, deriveVoterCommitment } from "../primitives/voter.ts"
import { BALLOT_CIRCUITS, CENSUS_LEVELS, encodeBallotSignals } from "./ballot-signals.ts"
import type { BallotCircuitId, BallotConstants, BallotVarying } from "./ballot-signals.ts"

/** What only the voter knows, with the path that opens the census. */
export interface BallotSecrets {
  readonly voterSecret: bigint
  /** As the leaf has it: 1 unless the census is weighted. */
  readonly weight: number
  readonly leafIndex: number
  /** Twelve levels from the leaf up. */
  readonly path: TreePath
  /** marks[j] is the mark of choice j; one for each choice of the circuit. */
  readonly marks: readonly boolean[]
  /** Rho, from drawBallotRandomness: 1 <= randomness < l. */
  readonly randomness: bigint
}

/** One proof job: `expected` is what the finished proof is verified against before it is shown to anybody. */
export interface BallotInput {
  readonly input: CircuitInput
  readonly varying: BallotVarying
  readonly expected: readonly Fr[]
}

/**
 * Builds the input of one ballot.
 * @param constants - rebuilt from the election's definition
 * @param sequence - 1..2^24-1
 * @throws RangeError without any value when no proof exists: the leaf is not in the census, a mark has no choice, a rule
 *   is broken, the randomness has to be drawn again; ProtocolError `point-refused` for a key that is not of order l,
 *   under which the vote would show. The wallet asks those questions first and never starts a proof that fails.
 */
export function buildBallotInput(
  circuit: BallotCircuitId,
  constants: BallotConstants,
  sequence: number,
  secrets: BallotSecrets,
): BallotInput {
  const { voterSecret, weight, leafIndex, path, marks, randomness } = secrets
  assertProvable(circuit, constants, secrets)
  const keys = constants.electionKeys.map((key) => parseCurvePoint(key))
  const { R, C } = encryptMarks(keys, randomness, marks, weight)
  const varying: BallotVarying = {
    nullifier: deriveBallotNullifier(voterSecret, constants.electionId),
    sequence,
    R: encodePoint(R),
    C: C.map(encodePoint),
  }
  const input: CircuitInput = {
    electionId: BigInt(constants.electionId),
    sequence: BigInt(sequence),
    choiceMask: constants.choiceMask,
    ruleCoefficients: constants.ruleCoefficients,
    ruleMin: constants.ruleMin,
    ruleMax: constants.ruleMax,
    electionKeys: constants.electionKeys.map((key) => key.map(BigInt)),
    voterSecret,
    weight: BigInt(weight),
    leafIndex: BigInt(leafIndex),
    children: path,
    marks: marks.map(BigInt),
    randomness,
  }
  return { input, varying, expected: encodeBallotSignals(circuit, constants, varying) }
}

function assertProvable(circuit: BallotCircuitId, constants: BallotConstants, secrets: BallotSecrets): void {
  const { marks, randomness } = secrets
  const isMarkable = marks.every((mark, j) => !mark || ((constants.choiceMask >> BigInt(j)) & 1n) === 1n)
  const isProvable =
    marks.length === BALLOT_CIRCUITS[circuit].choices &&
    isMarkable &&
    obeysRules(constants, marks) &&
    randomness < SUBGROUP_ORDER &&
    isUsableRandomness(randomness) &&
    rootOf(secrets) === BigInt(constants.censusRoot)
  if (!isProvable) throw new RangeError("this ballot has no proof")
}

/** ruleMin <= plus - minus <= ruleMax in every rule, as the circuit counts. */
function obeysRules({ ruleCoefficients, ruleMin, ruleMax }: BallotConstants, marks: readonly boolean[]) {
  return ruleCoefficients.every((coefficients, g) => {
    const bit = (place: number): bigint => (coefficients >> BigInt(place)) & 1n
    const sum = marks.reduce((all, mark, j) => (mark ? all + bit(j) - bit(marks.length + j) : all), 0n)
    return (ruleMin[g] ?? 0n) <= sum && sum <= (ruleMax[g] ?? 0n)
  })
}

/** The root that the path leads to, or null where the leaf does not stand on it. */
function rootOf({ voterSecret, weight, leafIndex, path }: BallotSecrets): bigint | null {
  const isPlace = Number.isInteger(leafIndex) && leafIndex >= 0 && leafIndex < 4 ** CENSUS_LEVELS
  if (!isPlace || path.length !== CENSUS_LEVELS) return null
  let node = BigInt(deriveCensusLeaf(deriveVoterCommitment(voterSecret), weight))
  for (const [level, children] of path.entries()) {
    if (children.length !== 4 || children[(leafIndex >> (2 * level)) & 3] !== node) return null
    node = poseidon(...children)
  }
  return node
}
