import { createHash } from "node:crypto"
import { canonicalBytes, type Json } from "../../src/protocol/wire/canonical-json.ts"

/** SHA-256, 64 lower-case hexadecimal digits. */
export const sha256Hex = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** SHA-256 over the JCS bytes of a value. */
export const digestOfJson = (value: Json): string => sha256Hex(canonicalBytes(value))
