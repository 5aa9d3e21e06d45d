// Ed25519 keys of people in elections, when they are first seen. RFC 8032 leaves verifiers room to disagree about some.
import { ed25519 } from "@noble/curves/ed25519.js"
import { ProtocolError } from "../primitives/errors.ts"
import { parseVerifierKey } from "../primitives/note-key.ts"

/**
 * True for a verifier key of type 0x01 whose point is canonically encoded and not of small order. Under a key of small
 * order some verifiers accept one signature for every message.
 * @param text - attacker-controlled
 */
export function isAdmissibleKey(text: string): boolean {
  try {
    const { type, publicKey } = parseVerifierKey(text)
    return type === 0x01 && isStrictPoint(publicKey)
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}

function isStrictPoint(bytes: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(bytes, false).isSmallOrder()
  } catch {
    return false // the library throws on a point off the curve or in a foreign encoding: the same "no"
  }
}
