// D10: the certificate inside the claims against the schema of its version, ehn-dcc-development/eu-dcc-schema.
import type { Attributes } from "../../protocol/wire/credential.ts"
import type { IntakeRecord } from "../fhir/intake.ts"
import type { CborMap } from "./cbor.ts"
import { EVENT_MEMBERS, EVENT_SCHEMA, eventToken } from "./codes.ts"
import type { EventKind, EventMember } from "./codes.ts"
import { DccError } from "./dcc-error.ts"
import { readMembers } from "./members.ts"
import type { MemberReader } from "./members.ts"

/** What the versions differ in, as far as it bears on an event. */
interface Version {
  /** Longest name, issuer, identifier and centre, in characters. */
  readonly maxText: number
  readonly maxDose: number
  /** Whether a test names its centre. */
  readonly isCentreRequired: boolean
  /** Whether either part of the transliterated name is enough. */
  readonly isOneNameEnough: boolean
}

const MAX_VERSION_TEXT = 16
const MAX_CODE = 511 // the schemas bound no code; a token of a credential holds 1,024 characters with its system
const MAX_DOSE = 50 // the range of the attribute; 1.3.0 took away the 9 of earlier versions
const KINDS: readonly EventKind[] = ["v", "t", "r"]

/** The kinds of event that a certificate lists, whatever else is wrong with it. */
export function eventKinds(certificate: CborMap): readonly EventKind[] {
  return KINDS.filter((kind) => {
    const events = certificate.get(kind)
    return Array.isArray(events) && events.length > 0
  })
}

/**
 * The one event of a certificate as a record. Names are checked and left out: that the certificate is about the person
 * at the desk is for the issuer to check, and no credential holds a name.
 * @param certificate - attacker-controlled until its signature was checked
 * @throws DccError `schema-invalid`, `event-count`
 */
export function readCertificate(certificate: CborMap): IntakeRecord {
  const members = readMembers(certificate, "$")
  const version = readVersion(members)
  checkName(members.object("nam"), version)
  const birthDate = members.partialDate("dob")
  const events = KINDS.flatMap((kind) => members.objects(kind).map((event) => ({ kind, event })))
  const [first] = events
  if (first === undefined || events.length > 1) throw new DccError("event-count")
  const { kind, event } = first
  return {
    schema: EVENT_SCHEMA[kind],
    subject: "self",
    attributes: { ...readEvent(kind, event, version), ...(birthDate === undefined ? {} : { birthDate }) },
    path: event.path,
  }
}

function readVersion(members: MemberReader): Version {
  const match = /^1\.([0-3])\.([0-9]{1,3})$/.exec(members.text("ver", MAX_VERSION_TEXT) ?? "")
  if (match === null) throw new DccError("schema-invalid", `${members.path}.ver`)
  const isFrom13 = match[1] === "3"
  return {
    maxText: isFrom13 ? 80 : 50,
    maxDose: isFrom13 ? MAX_DOSE : 9,
    isCentreRequired: !isFrom13,
    isOneNameEnough: isFrom13 && Number(match[2]) >= 2,
  }
}

function checkName(name: MemberReader, { maxText, isOneNameEnough }: Version): void {
  const [surname, forename] = ["fnt", "gnt"].map((member) => {
    const standardised = name.text(member, maxText)
    if (standardised !== undefined && !/^[A-Z<]*$/.test(standardised)) {
      throw new DccError("schema-invalid", `${name.path}.${member}`)
    }
    return standardised
  })
  for (const member of ["fn", "gn"]) name.text(member, maxText)
  if (surname === undefined && (forename === undefined || !isOneNameEnough)) {
    throw new DccError("schema-invalid", `${name.path}.fnt`)
  }
}

function readEvent(kind: EventKind, event: MemberReader, version: Version): Attributes {
  const attributes: Attributes = {}
  for (const [member, definition] of Object.entries(EVENT_MEMBERS[kind])) {
    const value = readMember(kind, event, member, definition, version)
    if (value !== undefined) attributes[definition.attribute] = value
  }
  // A certificate attests one dose, whatever its number in the series: doses before it are told, not attested.
  if (kind === "v") attributes["dosesInRecord"] = 1
  return attributes
}

function readMember(
  kind: EventKind,
  event: MemberReader,
  member: string,
  { type, need, pattern }: EventMember,
  version: Version,
): string | number | undefined {
  if (type === "dose") return event.dose(member, version.maxDose)
  if (type === "date") return event.date(member)
  if (type === "instant") return event.instant(member)
  const found = event.text(member, type === "code" ? MAX_CODE : version.maxText)
  const isOptional = need === "optional" || (member === "tc" && !version.isCentreRequired)
  const isMissing = found === undefined ? !isOptional : found === "" && need === "filled"
  const value = found === undefined || found === "" ? undefined : found
  const token = value === undefined || type === "text" ? value : eventToken(kind, member, value)
  const isForeign = value !== undefined && pattern?.test(value) === false
  if (isMissing || isForeign || token === null)
    throw new DccError("schema-invalid", `${event.path}.${member}`)
  return token
}
