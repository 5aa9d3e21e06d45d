// The first two steps of a key ceremony: who takes part under which id, and the encryption keys shares are sealed to.
import { parseCurvePoint } from "../primitives/babyjubjub.ts"
import { bytesToHex, hexToBytes } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import { parseVerifierKey } from "../primitives/note-key.ts"
import type { VerifierKey } from "../primitives/note-key.ts"
import { parseKnowledgeProof, ROLE, verifyKnowledge } from "../primitives/schnorr.ts"
import { taggedHash } from "../primitives/tagged-hash.ts"
import { accept } from "../primitives/verdict.ts"
import { jcsPart } from "../wire/canonical-json.ts"
import type { ElectionBodies } from "../wire/election-entries.ts"
import { meetsQuorum, parsePolicy } from "../log/policy.ts"
import { isAdmissibleKey } from "./admissible-key.ts"
import { BALLOT_CIRCUITS } from "./ballot-signals.ts"
import { parseAt, refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/** The body of entry 0 of an election's log. */
export type CeremonyBody = ElectionBodies["ceremony"]

/** What every later check of a ceremony needs of its first entry. */
export interface CeremonyFacts {
  /** 64 hexadecimal digits. */
  readonly ceremonyId: string
  readonly t: number
  readonly n: number
  /** K': election keys and ciphertexts of one ballot. */
  readonly pairs: number
}

/** hash("sotto/ceremony/1"; JCS(body)), 64 hexadecimal digits. */
export const computeCeremonyId = (body: CeremonyBody): string =>
  bytesToHex(taggedHash("sotto/ceremony/1", jcsPart(body)))

/** The id, sizes and threshold of a ceremony. @param body - as from `parseEntry` */
export function ceremonyFacts(body: CeremonyBody): CeremonyFacts {
  return {
    ceremonyId: computeCeremonyId(body),
    ...body.threshold,
    pairs: BALLOT_CIRCUITS[body.circuit].pairs,
  }
}

/** The origin of the election's own log. @param mainOrigin - of the service's main log, `<host>/<path>` */
export function electionOrigin(mainOrigin: string, ceremonyId: string): string {
  const [host = ""] = mainOrigin.split("/")
  return `${host}/elections/${ceremonyId.slice(0, 32)}`
}

/**
 * Checks who takes part: 2 <= t <= n <= 15, trustees 1..n in order, names and keys distinct, every key one that two
 * verifiers cannot disagree about, and a policy that its cosigners can satisfy and that names no log.
 * @param body - attacker-controlled, as from `parseEntry`
 */
export function checkCeremony(body: CeremonyBody): ElectionVerdict<CeremonyFacts, "phase-refused"> {
  const { t, n } = body.threshold
  if (t > n) return refuseAt("phase-refused", "threshold")
  const { trustees, organizer } = body
  if (trustees.length !== n || trustees.some(({ index }, at) => index !== at + 1))
    return refuseAt("phase-refused", "trustees")
  if (new Set(trustees.map(({ name }) => name)).size !== n) return refuseAt("phase-refused", "trustees.name")
  if (!isAdmissibleKey(organizer.key)) return refuseAt("phase-refused", "organizer.key")
  const bad = trustees.find(({ key }) => !isAdmissibleKey(key))
  if (bad !== undefined) return refuseAt("phase-refused", `trustees.${bad.index - 1}.key`)
  // One key under two names would be one person with two shares.
  const keys = new Set(trustees.map(({ key }) => bytesToHex(parseVerifierKey(key).publicKey)))
  if (keys.size !== n) return refuseAt("phase-refused", "trustees.key")
  return isPolicySatisfiable(body.policy) ? accept(ceremonyFacts(body)) : refuseAt("phase-refused", "policy")
}

/**
 * Checks a trustee's encryption key: of order l, with a proof that its owner knows the secret in this ceremony.
 * @param body - attacker-controlled, as from `parseEntry`; 1 <= trustee <= n
 */
export function checkTrusteeKey(
  ceremony: CeremonyFacts,
  body: ElectionBodies["trustee-key"],
): ElectionVerdict<true, "point-refused" | "share-invalid"> {
  const { n, t } = ceremony
  const key = parseAt("key", () => parseCurvePoint(body.key))
  if (!key.ok) return key
  const proof = parseAt("proof", () => parseKnowledgeProof(body.proof))
  if (!proof.ok) return proof
  const ceremonyId = hexToBytes(ceremony.ceremonyId)
  const context = { ceremonyId, n, t, role: ROLE.encryptionKey, i: body.trustee, x: 0 }
  return verifyKnowledge(context, key.value, proof.value) ? accept(true) : refuseAt("share-invalid", "proof")
}

function isPolicySatisfiable(text: string): boolean {
  try {
    const policy = parsePolicy(text)
    const everyone: readonly VerifierKey[] = policy.cosigners.map(({ key }) => key)
    return policy.logs.length === 0 && meetsQuorum(policy, everyone)
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}
