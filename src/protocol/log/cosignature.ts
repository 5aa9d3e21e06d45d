// C2SP tlog-cosignature, Ed25519 form: "at that time this was the largest consistent tree I had seen for the origin".
import { accept, refuse } from "../primitives/verdict.ts"
import { bigintToBytes, bytesToBigint, concatBytes, utf8ToBytes } from "../primitives/bytes.ts"
import { signBytes, verifyBytes } from "../primitives/note-key.ts"
import type { SigningKey, VerifierKey } from "../primitives/note-key.ts"
import type { Verdict } from "../primitives/verdict.ts"
import { isLineOf } from "./note.ts"
import type { SignatureLine, SignedNote } from "./note.ts"

/** A cosignature that verified. */
export interface Cosignature {
  readonly key: VerifierKey
  readonly timeUnixSeconds: number
}

/** The signature line of a cosigner. @param time - Unix seconds, above 0 */
export function cosign(key: SigningKey, text: string, time: number): SignatureLine {
  if (!Number.isSafeInteger(time) || time <= 0 || key.type !== 0x04) throw new RangeError("not a cosignature")
  const signature = concatBytes(bigintToBytes(BigInt(time), 8), signBytes(key, signedBytes(text, time)))
  return { name: key.name, keyId: key.keyId, signature }
}

/**
 * The cosignatures of known cosigners. Unknown lines are ignored; a known one that fails refuses the note; two of one
 * cosigner count once, the newest.
 */
export function verifyCosignatures(
  note: SignedNote,
  cosigners: readonly VerifierKey[],
): Verdict<readonly Cosignature[], "cosignature-refused"> {
  const found = new Map<VerifierKey, Cosignature>()
  for (const line of note.lines) {
    const key = cosigners.find((candidate) => isLineOf(line, candidate))
    if (key === undefined) continue
    const time = verifiedTime(line, key, note.text)
    if (time === null) return refuse("cosignature-refused")
    if (time > (found.get(key)?.timeUnixSeconds ?? 0)) found.set(key, { key, timeUnixSeconds: time })
  }
  return accept([...found.values()])
}

function verifiedTime(line: SignatureLine, key: VerifierKey, text: string): number | null {
  if (line.signature.length !== 72) return null // u64be(time) || 64 bytes
  const time = Number(bytesToBigint(line.signature.subarray(0, 8)))
  if (time === 0 || !Number.isSafeInteger(time)) return null
  return verifyBytes(key, signedBytes(text, time), line.signature.subarray(8)) ? time : null
}

function signedBytes(text: string, time: number): Uint8Array {
  return utf8ToBytes(`cosignature/v1\ntime ${time}\n${text}`)
}
