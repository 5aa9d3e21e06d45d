// The service's promise that a leaf will be in the frozen census: what a voter shows when it is not there.
import { i32 } from "../primitives/big-endian.ts"
import { decodeBase64, encodeBase64, hexToBytes } from "../primitives/bytes.ts"
import type { Fr } from "../primitives/field.ts"
import { encodeVerifierKey, parseVerifierKey, signBytes, verifyBytes } from "../primitives/note-key.ts"
import type { SigningKey } from "../primitives/note-key.ts"
import { digestPart, taggedHash } from "../primitives/tagged-hash.ts"
import type { CensusPlan, CensusPromise } from "../wire/census.ts"
import { computeCensusId } from "./census.ts"

/** What is promised to whom: a leaf, to the enrolment nullifier or the roll commitment of its slot. */
export type PromisedPlace = Pick<CensusPromise, "censusId" | "slot" | "leaf">

/** Signs a promise. @param key - the verifier's, whose text form the plan names */
export function makePromise({ censusId, slot, leaf }: PromisedPlace, key: SigningKey): CensusPromise {
  const signature = encodeBase64(signBytes(key, promisedBytes({ censusId, slot, leaf })))
  return { type: "sotto/census-promise/1", censusId, slot, leaf, key: encodeVerifierKey(key), signature }
}

/**
 * True when the verifier of this plan made the promise, for this census.
 * @param promise - attacker-controlled, as from `parseCensusPromise`
 * @param plan - accepted by `checkPlan`
 */
export function isPromiseOf(promise: CensusPromise, plan: CensusPlan): boolean {
  if (promise.key !== plan.verifier.key || promise.censusId !== computeCensusId(plan)) return false
  const signature = decodeBase64(promise.signature)
  return signature !== null && verifyBytes(parseVerifierKey(promise.key), promisedBytes(promise), signature)
}

/**
 * True when the frozen census holds neither the promised leaf nor another one with valid evidence for the same slot. Only
 * then is it proof of misconduct: who replaced a leaf holds a promise of the old one.
 * @param promise - accepted by `isPromiseOf`
 * @param frozen - leaves and slots of the frozen census, evidence checked
 */
export function isPromiseBroken(
  { leaf, slot }: CensusPromise,
  frozen: { readonly hasLeaf: (leaf: Fr) => boolean; readonly hasSlot: (slot: string) => boolean },
): boolean {
  return !frozen.hasLeaf(leaf) && !frozen.hasSlot(slot)
}

/** hash("sotto/census-promise/1"; censusId, slot32, i32(leaf)). */
function promisedBytes({ censusId, slot, leaf }: PromisedPlace): Uint8Array {
  const parts = [digestPart(hexToBytes(censusId)), digestPart(hexToBytes(slot)), i32(BigInt(leaf))]
  return taggedHash("sotto/census-promise/1", ...parts)
}
