// Poseidon over BN254 with circomlib's constants; the domain tags are the first input of every call of ours.
import { poseidon1 } from "poseidon-lite/poseidon1"
import { poseidon2 } from "poseidon-lite/poseidon2"
import { poseidon3 } from "poseidon-lite/poseidon3"
import { poseidon4 } from "poseidon-lite/poseidon4"
import { poseidon5 } from "poseidon-lite/poseidon5"
import { poseidon6 } from "poseidon-lite/poseidon6"
import { poseidon7 } from "poseidon-lite/poseidon7"
import { poseidon8 } from "poseidon-lite/poseidon8"
import { poseidon16 } from "poseidon-lite/poseidon16"

/** First inputs of the product's Poseidon calls; arity 4 is a tree node and arity 16 the attribute root, untagged. */
export const TAG = {
  holder: 1001n,
  credential: 1002n,
  issuer: 1003n,
  nullifier: 1004n,
  link: 1005n,
  statusWord: 1006n,
  credentialLink: 1007n,
  request: 1008n,
  valueSet: 1009n,
  voterCommitment: 2001n,
  ballotNullifier: 2002n,
  censusLeaf: 2003n,
} as const

const BY_ARITY = new Map<number, (inputs: bigint[]) => bigint>([
  [1, poseidon1],
  [2, poseidon2],
  [3, poseidon3],
  [4, poseidon4],
  [5, poseidon5],
  [6, poseidon6],
  [7, poseidon7],
  [8, poseidon8],
  [16, poseidon16],
])

/**
 * circomlib's Poseidon of as many inputs as given.
 * @param inputs - scalars below r; 1 to 8 or 16 of them, else RangeError
 */
export function poseidon(...inputs: bigint[]): bigint {
  const hash = BY_ARITY.get(inputs.length)
  if (hash === undefined) throw new RangeError(`no poseidon of arity ${inputs.length}`)
  return hash(inputs)
}
