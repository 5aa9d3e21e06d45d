// One case of the member states' conformance corpus, eu-digital-green-certificates/dgc-testdata:README.md: a text, the
// context it is read in, and which steps must succeed or fail. A step without an expectation is not tested by that case.
import { parseInstant } from "../../protocol/credential/calendar.ts"
import { decodeBase64 } from "../../protocol/primitives/bytes.ts"
import type { IntakeRecord } from "../fhir/intake.ts"
import { DccError } from "./dcc-error.ts"
import type { DccErrorCode } from "./dcc-error.ts"
import type { DccPlatform } from "./platform.ts"
import { walkDcc } from "./read-dcc.ts"
import type { DccStep } from "./read-dcc.ts"
import { prepareTrustList } from "./trust-list.ts"

/** A case, as far as it bears on reading the text. */
export interface DccCase {
  /** Name inside its country's folder; the layout gives none to a lone case. */
  readonly file: string
  readonly text: string
  /** DER of the only certificate to believe. */
  readonly certificate: Uint8Array
  /** Unix seconds. */
  readonly now: number
  readonly expected: ReadonlyMap<string, boolean>
}

/** What became of a case. */
export interface DccCaseResult {
  readonly file: string
  readonly outcome:
    | { readonly ok: true; readonly records: readonly IntakeRecord[] }
    | { readonly ok: false; readonly code: DccErrorCode; readonly step: string; readonly path: string }
  /** The step that must fail, in the corpus's words; null when all tested steps must succeed. */
  readonly expectedStep: string | null
  /** Refused at exactly the expected step, or taken in where none is expected to fail. */
  readonly agreed: boolean
  /**
   * Why a disagreement is meant: `one-event-per-certificate` (the corpus takes several events, a credential holds one),
   * `no-picture` (only the QR picture is broken, and this reader begins with its text). Null otherwise.
   */
  readonly deliberate: "one-event-per-certificate" | "no-picture" | null
  /** Checks that refuse this certificate but are not tested by the case, so that it was read on; `readDcc` refuses it. */
  readonly untested: readonly { readonly code: DccErrorCode; readonly step: string }[]
}

const PICTURE = "EXPECTEDPICTUREDECODE"
/** In the order of the checks. */
const EXPECTATION: Readonly<Record<DccStep, string>> = {
  unprefix: "EXPECTEDUNPREFIX",
  base45: "EXPECTEDB45DECODE",
  inflate: "EXPECTEDCOMPRESSION",
  verify: "EXPECTEDVERIFY",
  decode: "EXPECTEDDECODE",
  "key-usage": "EXPECTEDKEYUSAGE",
  time: "EXPECTEDEXPIRATIONCHECK",
  schema: "EXPECTEDSCHEMAVALIDATION",
}

/** True for what has the layout's marks, so that a file can be told from other records. */
export function isDccCase(value: unknown): boolean {
  return isObject(value) && "PREFIX" in value && "TESTCTX" in value && "EXPECTEDRESULTS" in value
}

/**
 * Reads a case.
 * @param value - attacker-controlled: a member of a parsed corpus file; what bears on nothing here is not looked at
 * @throws DccError `malformed-case`
 */
export function parseDccCase(value: unknown, path = "$"): DccCase {
  const members = objectAt(value, path)
  const context = objectAt(members["TESTCTX"], `${path}.TESTCTX`)
  const file = members["file"] ?? "-"
  const certificate = decodeBase64(textAt(context["CERTIFICATE"], `${path}.TESTCTX.CERTIFICATE`))
  const now = readClock(textAt(context["VALIDATIONCLOCK"], `${path}.TESTCTX.VALIDATIONCLOCK`))
  if (certificate === null) throw new DccError("malformed-case", `${path}.TESTCTX.CERTIFICATE`)
  if (now === null) throw new DccError("malformed-case", `${path}.TESTCTX.VALIDATIONCLOCK`)
  return {
    file: textAt(file, `${path}.file`),
    text: textAt(members["PREFIX"], `${path}.PREFIX`),
    certificate,
    now,
    expected: readExpected(members["EXPECTEDRESULTS"], `${path}.EXPECTEDRESULTS`),
  }
}

/**
 * Reads the text of a case at its clock with its certificate, and compares. Never throws for a parsed case.
 * Of the checks that read nothing further (key usage and time), those that the case does not test are noted and passed
 * over: a certificate that its case calls valid may well have been made after the clock.
 */
export function runDccCase(given: DccCase, platform: DccPlatform): DccCaseResult {
  const { file, text, now, expected } = given
  const trust = prepareTrustList([given.certificate], platform)
  const untested: { code: DccErrorCode; step: string }[] = []
  let step: string = EXPECTATION.unprefix
  const judge = (check: () => void): void => {
    try {
      check()
    } catch (cause) {
      if (!(cause instanceof DccError) || expected.has(step)) throw cause
      untested.push({ code: cause.code, step })
    }
  }
  const expectedStep = [PICTURE, ...Object.values(EXPECTATION)].find((name) => expected.get(name) === false)
  const compare = (outcome: DccCaseResult["outcome"]): DccCaseResult => ({
    file,
    outcome,
    expectedStep: expectedStep ?? null,
    agreed: outcome.ok ? expectedStep === undefined : outcome.step === expectedStep,
    deliberate: reasonFor(outcome, expectedStep),
    untested,
  })
  try {
    const enter = (next: DccStep): void => void (step = EXPECTATION[next])
    return compare({ ok: true, records: walkDcc(text, { now, trust, platform }, { enter, judge }).records })
  } catch (cause) {
    if (!(cause instanceof DccError)) throw cause
    return compare({ ok: false, code: cause.code, step, path: cause.path })
  }
}

function reasonFor(
  outcome: DccCaseResult["outcome"],
  expectedStep: string | undefined,
): DccCaseResult["deliberate"] {
  if (outcome.ok) return expectedStep === PICTURE ? "no-picture" : null
  return expectedStep === undefined && outcome.code === "event-count" ? "one-event-per-certificate" : null
}

function readExpected(value: unknown, path: string): ReadonlyMap<string, boolean> {
  const entries = Object.entries(objectAt(value, path))
  const isTold = (entry: [string, unknown]): entry is [string, boolean] => typeof entry[1] === "boolean"
  if (!entries.every(isTold)) throw new DccError("malformed-case", path)
  return new Map(entries)
}

/** The corpus writes offsets as Z, +hh:mm, +hhmm, or leaves them out and means UTC. */
function readClock(text: string): number | null {
  const match = /^(.*T[0-9:.]+?)(?:Z|([+-][0-9]{2}):?([0-9]{2}))?$/.exec(text)
  if (match === null) return null
  const [, local = "", hours, minutes = ""] = match
  return parseInstant(`${local}${hours === undefined ? "Z" : `${hours}:${minutes}`}`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function objectAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new DccError("malformed-case", path)
  return value
}

function textAt(value: unknown, path: string): string {
  if (typeof value !== "string") throw new DccError("malformed-case", path)
  return value
}
