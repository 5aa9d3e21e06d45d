// Checkpoints as an auditor's own policy judges them: who signed, who cosigned, and when.
import { parseCheckpoint, verifyLogSignature } from "../../../protocol/log/checkpoint.ts"
import { verifyCosignatures } from "../../../protocol/log/cosignature.ts"
import type { Cosignature } from "../../../protocol/log/cosignature.ts"
import { keysForOrigin } from "../../../protocol/log/log-keys.ts"
import { meetsQuorum } from "../../../protocol/log/policy.ts"
import type { Policy } from "../../../protocol/log/policy.ts"
import { parseTlogProof } from "../../../protocol/log/tlog-proof.ts"
import type { TlogProof } from "../../../protocol/log/tlog-proof.ts"
import { bytesToUtf8 } from "../../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../../protocol/primitives/errors.ts"
import type { VerifierKey } from "../../../protocol/primitives/note-key.ts"

/** A checkpoint that its log signed, and what the policy's cosigners say of it. */
export interface SeenCheckpoint {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  readonly cosignatures: readonly Cosignature[]
  readonly hasQuorum: boolean
}

/** The keys under which the logs of the policy with this origin's host sign as this origin. */
export const keysUnder = (policy: Policy, origin: string): readonly VerifierKey[] =>
  keysForOrigin(policy.logs, origin)

/**
 * A checkpoint whose log signature and known cosignatures verify, or null. The quorum is the caller's question.
 * @param bytes - attacker-controlled
 * @param keysOf - the keys that may sign for an origin, none for a log that the reader does not believe
 */
export function readSeenCheckpoint(
  bytes: Uint8Array,
  policy: Policy,
  keysOf: (origin: string) => readonly VerifierKey[],
): SeenCheckpoint | null {
  const parsed = orNull(() => parseCheckpoint(bytes))
  if (parsed === null) return null
  const { checkpoint, note } = parsed
  if (!verifyLogSignature(note, keysOf(checkpoint.origin)).ok) return null
  const cosignatures = verifyCosignatures(
    note,
    policy.cosigners.map(({ key }) => key),
  )
  if (!cosignatures.ok) return null
  const signers = cosignatures.value.map(({ key }) => key)
  return { ...checkpoint, cosignatures: cosignatures.value, hasQuorum: meetsQuorum(policy, signers) }
}

/** The earliest moment at which the policy's quorum had cosigned; null when no cosigner of it did. Unix seconds. */
export function quorumTime({ cosignatures }: SeenCheckpoint, policy: Policy): number | null {
  const times = cosignatures.map(({ timeUnixSeconds }) => timeUnixSeconds).sort((a, b) => a - b)
  const signedBy = (time: number): VerifierKey[] =>
    cosignatures.filter(({ timeUnixSeconds }) => timeUnixSeconds <= time).map(({ key }) => key)
  return times.find((time) => meetsQuorum(policy, signedBy(time))) ?? null
}

/** A proof of inclusion, its checkpoint not yet believed; null when malformed. @param bytes - attacker-controlled */
export function readProof(bytes: Uint8Array): TlogProof | null {
  const text = bytesToUtf8(bytes)
  return text === null ? null : orNull(() => parseTlogProof(text))
}

/** What a parser reads, or null where it refuses the bytes. */
export function orNull<T>(parse: () => T): T | null {
  try {
    return parse()
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}
