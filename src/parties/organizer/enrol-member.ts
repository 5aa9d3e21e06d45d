// A registrar's acts: a member's place in a named census, and the freeze that at least two registrars sign.
import { computeCensusId } from "../../protocol/election/census.ts"
import { checkRecord } from "../../protocol/election/census.ts"
import { signBody } from "../../protocol/log/signed-entry.ts"
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import { taggedHash } from "../../protocol/primitives/tagged-hash.ts"
import { jcsPart } from "../../protocol/wire/canonical-json.ts"
import type { CensusBodies, CensusDocument, CensusPlan } from "../../protocol/wire/census.ts"
import { OrganizerError } from "./organizer-error.ts"

/** A member at the desk: authenticated by the registrar's own means. */
export interface Member {
  /** As the registrar's roll has it; opened to auditors only. */
  readonly id: string
  /** From the member's wallet. */
  readonly commitment: Fr
  /** 1 unless the census is weighted. */
  readonly weight: number
  /** The commitment that this one replaces. */
  readonly replaces?: Fr
}

/** hash("sotto/roll/1"; salt32, JCS(member id)), 64 hexadecimal digits: what the census shows of a member. */
export const rollCommitment = (salt: Uint8Array, memberId: string): string =>
  bytesToHex(taggedHash("sotto/roll/1", salt, jcsPart(memberId)))

/**
 * Signs a member's leaf.
 * @param salt - 32 bytes, the same for every leaf of this member: one roll commitment is one place
 * @throws OrganizerError `description-refused`
 */
export function enrolMember(
  plan: CensusPlan,
  { id, commitment, weight, replaces }: Member,
  salt: Uint8Array,
  key: SigningKey,
): CensusDocument<"census-leaf"> {
  const slot = rollCommitment(salt, id)
  const placed = checkRecord({ commitment, weight, slot }, plan)
  if (!placed.ok) throw new OrganizerError("description-refused", `leaf: ${placed.at ?? placed.reason}`)
  const body = {
    censusId: computeCensusId(plan),
    rollCommitment: slot,
    commitment,
    weight,
    ...(replaces === undefined ? {} : { replaces }),
  }
  return signBody("census-leaf", body, key)
}

/** The document with another registrar's signature behind the ones it has. */
export function cosignLeaf(
  document: CensusDocument<"census-leaf">,
  key: SigningKey,
): CensusDocument<"census-leaf"> {
  const own = signBody("census-leaf", document.body, key)
  return { ...document, signatures: [...document.signatures, ...own.signatures] }
}

/** Signs a freeze that the registrar recomputed or reads from the service; others' signatures of the same body stay. */
export function signFreeze(
  body: CensusBodies["census"],
  earlier: CensusDocument<"census">["signatures"],
  key: SigningKey,
): CensusDocument<"census"> {
  const own = signBody("census", body, key)
  return { ...own, signatures: [...earlier, ...own.signatures] }
}
