// COSE_Sign1, RFC 9052 section 4.2, as eu-dcc-hcert-spec profiles it: ES256 or PS256 over a CWT (RFC 8392).
import { encode } from "cborg"
import { CborTag, isCborMap, readCbor } from "./cbor.ts"
import type { CborMap, CborValue } from "./cbor.ts"
import { DccError } from "./dcc-error.ts"

/** A signed message, nothing of it verified. */
export interface CoseSign1 {
  readonly algorithm: "ES256" | "PS256"
  /** Which certificates may have signed; null when neither header names one. */
  readonly kid: Uint8Array | null
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  /** What the signature is over, section 4.4. */
  readonly signedBytes: Uint8Array
}

const CWT_TAG = 61 // RFC 8392 section 6
const SIGN1_TAG = 18 // RFC 9052 section 2
const ALG = 1 // RFC 9052 section 3.1, header parameters
const CRIT = 2
const KID = 4
const ALGORITHMS: ReadonlyMap<CborValue | undefined, CoseSign1["algorithm"]> = new Map([
  [-7, "ES256"], // RFC 9053 section 2.1
  [-37, "PS256"], // RFC 8230 section 2
])

/**
 * Takes the envelope apart.
 * @param bytes - attacker-controlled
 * @throws DccError `cbor-malformed` for another structure or a critical header parameter (this reader knows none),
 * `alg-not-allowed`
 */
export function parseCoseSign1(bytes: Uint8Array): CoseSign1 {
  const outer = readCbor(bytes)
  const inner = outer instanceof CborTag && outer.tag === CWT_TAG ? outer.value : outer
  if (!(inner instanceof CborTag) || inner.tag !== SIGN1_TAG) throw new DccError("cbor-malformed")
  const [protectedBytes, unprotectedHeader, payload, signature, ...more] = listOf(inner.value)
  const isWhole = protectedBytes instanceof Uint8Array && isCborMap(unprotectedHeader) && more.length === 0
  if (!isWhole || !(payload instanceof Uint8Array) || !(signature instanceof Uint8Array)) {
    throw new DccError("cbor-malformed")
  }
  const protectedHeader = readProtected(protectedBytes)
  if (protectedHeader.has(CRIT) || unprotectedHeader.has(CRIT)) throw new DccError("cbor-malformed")
  // Issuers write both parameters into either header. The unprotected one is anybody's word, and that is enough here: a
  // kid only chooses among trusted certificates, and the certificate's key admits one algorithm.
  const parameter = (label: number): CborValue | undefined =>
    protectedHeader.has(label) ? protectedHeader.get(label) : unprotectedHeader.get(label)
  const algorithm = ALGORITHMS.get(parameter(ALG))
  if (algorithm === undefined) throw new DccError("alg-not-allowed")
  const kid = parameter(KID)
  return {
    algorithm,
    kid: kid instanceof Uint8Array ? kid : null,
    payload,
    signature,
    signedBytes: encode(["Signature1", protectedBytes, new Uint8Array(), payload]),
  }
}

function listOf(value: CborValue): readonly CborValue[] {
  if (!Array.isArray(value)) throw new DccError("cbor-malformed")
  return value as readonly CborValue[]
}

/** An empty header may be written as no bytes at all, section 3. */
function readProtected(bytes: Uint8Array): CborMap {
  const header = bytes.length === 0 ? new Map<number, CborValue>() : readCbor(bytes)
  if (!isCborMap(header)) throw new DccError("cbor-malformed")
  return header
}
