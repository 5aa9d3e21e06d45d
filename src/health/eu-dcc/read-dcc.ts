// EU Digital COVID Certificates, ehn-dcc-development/eu-dcc-hcert-spec: the text of a QR code in, a typed record out.
import type { Intake } from "../fhir/intake.ts"
import { decodeBase45 } from "./base45.ts"
import { checkTime, readClaims } from "./claims.ts"
import { parseCoseSign1 } from "./cose-sign1.ts"
import { DccError } from "./dcc-error.ts"
import type { DccPlatform } from "./platform.ts"
import { eventKinds, readCertificate } from "./read-certificate.ts"
import type { TrustList } from "./trust-list.ts"
import { checkKeyUsage, findSigners } from "./verify-signer.ts"

/** What a certificate is judged by. */
export interface DccContext {
  /** Unix seconds. */
  readonly now: number
  readonly trust: TrustList
  readonly platform: DccPlatform
}

/** A stretch of the checks; each ends with the certificate read further or with a refusal. */
export type DccStep =
  "unprefix" | "base45" | "inflate" | "verify" | "decode" | "key-usage" | "time" | "schema"

/** How the steps are walked. */
export interface DccWalk {
  /** Told before a step begins. */
  readonly enter: (step: DccStep) => void
  /** Runs the check of a step that reads nothing. */
  readonly judge: (check: () => void) => void
}

const PREFIX = "HC1:"
/** 256 KiB: a QR code holds 4,296 characters. */
const MAX_TEXT = 256 * 1024
/** 1 MiB: a certificate inflates to less than 1 KiB. */
const MAX_INFLATED = 1024 * 1024

/**
 * Reads the text of a certificate's QR code, exactly as scanned.
 * @param text - attacker-controlled
 * @throws DccError; nothing else for any text
 */
export function readDcc(text: string, context: DccContext): Intake {
  return walkDcc(text, context, {
    enter: () => undefined,
    judge: (check) => {
      check()
    },
  })
}

/**
 * The checks D1 to D10 in their order. A conformance run passes its own walk, to learn which step refused and to go on
 * where a case asserts nothing about a check; everybody else calls `readDcc`.
 * @throws DccError
 */
export function walkDcc(text: string, { now, trust, platform }: DccContext, walk: DccWalk): Intake {
  if (text.length > MAX_TEXT) throw new DccError("too-large")
  walk.enter("unprefix")
  if (!text.startsWith(PREFIX)) throw new DccError("prefix-unknown")
  walk.enter("base45")
  const compressed = decodeBase45(text.slice(PREFIX.length))
  if (compressed === null) throw new DccError("base45-malformed")
  walk.enter("inflate")
  const inflated = platform.inflateZlib(compressed, MAX_INFLATED)
  if (inflated === null) throw new DccError("inflate-failed")
  walk.enter("verify")
  const message = parseCoseSign1(inflated)
  const signers = findSigners(message, trust, platform)
  walk.enter("decode")
  const claims = readClaims(message.payload)
  walk.enter("key-usage")
  walk.judge(() => {
    checkKeyUsage(signers, eventKinds(claims.certificate), claims.issuedAt)
  })
  walk.enter("time")
  walk.judge(() => {
    checkTime(claims, now)
  })
  walk.enter("schema")
  return { records: [readCertificate(claims.certificate)], notices: [] }
}
