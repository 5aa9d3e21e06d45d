// The named inputs of one proof, public and private, and the signals it must come out with. Secret: never logged.
import type { EncodedPoint } from "../primitives/babyjubjub.ts"
import { encodeFr } from "../primitives/field.ts"
import type { Fr, Nullifier } from "../primitives/field.ts"
import { computeCredentialTag, computeLinkTag, computeNullifier } from "../primitives/nullifier.ts"
import type { CircuitInput } from "../primitives/prove.ts"
import type { TreePath } from "../primitives/tree4.ts"
import type { CredentialScalars } from "./credential.ts"
import { encodeSignals, publicSignals } from "./presentation-signals.ts"
import type { PresentationOutputs, PublicInputs } from "./presentation-signals.ts"
import { chooseMember, evaluatePart } from "./statement.ts"
import { isRevoked, statusWordOf } from "./status-list.ts"
import type { StatusTree } from "./status-list.ts"
import { NO_SET } from "./value-set.ts"
import type { PreparedValueSet } from "./value-set.ts"

/** What only the holder knows, with the public lists that the proof opens. */
export interface PresentationSecrets {
  readonly secret: bigint
  readonly blind: bigint
  readonly credential: CredentialScalars
  readonly issuerKey: EncodedPoint
  /** The status list under the issuer's leaf. */
  readonly status: StatusTree
  readonly issuerIndex: number
  readonly issuerPath: TreePath
  /** The part's value set; null for a part without one. */
  readonly valueSet: PreparedValueSet | null
}

/** One proof job: `expected` is what the finished proof is verified against before it is shown to anybody. */
export interface PresentationInput {
  readonly input: CircuitInput
  readonly outputs: PresentationOutputs
  readonly expected: readonly Fr[]
}

/**
 * Builds the input of one part.
 * @throws RangeError without any value when no proof exists: the bit is set, the window is closed, a clause is false.
 * The wallet asks those questions first and never starts a proof that fails.
 */
export function buildPresentationInput(
  inputs: PublicInputs,
  secrets: PresentationSecrets,
): PresentationInput {
  const { secret, blind, credential, issuerKey, issuerIndex, issuerPath, status } = secrets
  const members = secrets.valueSet?.members ?? [0n]
  const { index, member } = chooseMember(inputs.part, credential.attrs, members)
  assertProvable(inputs, secrets, member)
  const statusIndex = Number(credential.statusIndex)
  const outputs = computeOutputs(inputs, secrets)
  const { r8, s } = credential.signature
  const input: CircuitInput = {
    ...publicSignals(inputs),
    secret,
    blind,
    credId: credential.credId,
    attrs: credential.attrs,
    statusIndex: credential.statusIndex,
    validFrom: credential.validFrom,
    validUntil: credential.validUntil,
    Ax: BigInt(issuerKey[0]),
    Ay: BigInt(issuerKey[1]),
    R8x: r8[0],
    R8y: r8[1],
    S: s,
    statusWord: statusWordOf(status.words, statusIndex),
    statusChildren: status.tree.path(statusIndex >> 8),
    issuerIndex: BigInt(issuerIndex),
    issuerChildren: issuerPath,
    member,
    memberIndex: BigInt(index),
    memberChildren: (secrets.valueSet ?? NO_SET).path(index),
  }
  return { input, outputs, expected: encodeSignals({ ...inputs, outputs }) }
}

function computeOutputs(
  inputs: PublicInputs,
  { secret, credential }: PresentationSecrets,
): PresentationOutputs {
  const { mode, scope, requestHash } = inputs
  return {
    nullifier: encodeFr(computeNullifier(mode, secret, credential.credId, scope)) as Nullifier,
    linkTag: encodeFr(computeLinkTag(secret, requestHash)),
    credentialTag: encodeFr(computeCredentialTag(secret, credential.credentialHash, requestHash)),
  }
}

function assertProvable({ part, asOf }: PublicInputs, secrets: PresentationSecrets, member: bigint): void {
  const { credential, status } = secrets
  const isValid = credential.validFrom <= BigInt(asOf) && BigInt(asOf) <= credential.validUntil
  const isGood = !isRevoked(status.words, Number(credential.statusIndex))
  if (!isValid || !isGood || !evaluatePart(part, credential.attrs, member)) {
    throw new RangeError("this record has no proof for this part")
  }
}
