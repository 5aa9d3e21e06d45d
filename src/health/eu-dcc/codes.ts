// Members of an EU certificate's events as attributes of the catalogue's schemas, and the code systems that certificates
// leave out. Sources: eHealth Network, "Value Sets for EU Digital COVID Certificates"; the value set ids of
// ehn-dcc-development/eu-dcc-valuesets; FHIR token systems of hl7.org/fhir/R4/terminologies-systems.html; members and
// their types: ehn-dcc-development/eu-dcc-schema, 1.0.0 to 1.3.3.

/** Vaccination, test, recovery: the member of the certificate that lists such events. */
export type EventKind = "v" | "t" | "r"

const SNOMED = "http://snomed.info/sct"
const LOINC = "http://loinc.org"
const ATC = "http://www.whocc.no/atc"
const VALUE_SET = "urn:eu:dcc:" // for codes that the eHealth Network made or listed itself
const COUNTRY = "urn:iso:std:iso:3166" // ISO 3166-1 alpha-2

/** What a member of an event is and becomes. */
export interface EventMember {
  /** Name in the schema of the event's kind. */
  readonly attribute: string
  readonly type: "code" | "text" | "dose" | "date" | "instant"
  /** Of the FHIR token; for type `code` only. */
  readonly system?: string
  /** Whether an event may be without it: never, filled or as the empty text, or at all. */
  readonly need: "filled" | "present" | "optional"
  /** Of the whole bare code. */
  readonly pattern?: RegExp
}

const code = (attribute: string, system: string, need: EventMember["need"]): EventMember => ({
  attribute,
  type: "code",
  system,
  need,
})
const text = (attribute: string, need: EventMember["need"]): EventMember => ({
  attribute,
  type: "text",
  need,
})
const filled = (attribute: string, type: "dose" | "date" | "instant"): EventMember => ({
  attribute,
  type,
  need: "filled",
})

const COMMON = {
  tg: code("disease", SNOMED, "filled"),
  co: { ...code("country", COUNTRY, "filled"), pattern: /^[A-Z]{1,10}$/ },
  is: text("issuerName", "present"),
  ci: code("certificateId", `${VALUE_SET}uvci`, "present"), // a code, so that a rule may except single certificates
}

/**
 * By kind and member. `dr` (date of the result, until 1.1) has no attribute: later certificates lack it, so no rule may
 * ask for it.
 */
export const EVENT_MEMBERS: Readonly<Record<EventKind, Readonly<Record<string, EventMember>>>> = {
  v: {
    ...COMMON,
    vp: code("prophylaxis", SNOMED, "present"),
    mp: code("vaccine", `${VALUE_SET}vaccines-covid-19-names`, "filled"),
    ma: code("manufacturer", `${VALUE_SET}vaccines-covid-19-auth-holders`, "present"),
    dn: filled("doseNumber", "dose"),
    sd: filled("seriesDoses", "dose"),
    dt: filled("occurredOn", "date"),
  },
  t: {
    ...COMMON,
    tt: code("testType", LOINC, "filled"),
    nm: text("testName", "optional"),
    ma: code("device", `${VALUE_SET}covid-19-lab-test-manufacturer-and-name`, "optional"),
    sc: filled("collectedAt", "instant"),
    tr: code("result", SNOMED, "filled"),
    tc: text("facility", "present"), // optional from 1.3.0 on
  },
  r: {
    ...COMMON,
    fr: filled("firstPositiveOn", "date"),
    df: filled("usableFrom", "date"),
    du: filled("usableUntil", "date"),
  },
}

/** `name/version` of the schema of a kind's events. */
export const EVENT_SCHEMA: Readonly<Record<EventKind, string>> = {
  v: "immunization/1",
  t: "infection-test/1",
  r: "recovery/1",
}

/**
 * The FHIR token of a certificate's bare code, the case as given, or null when the member is no code or this text cannot
 * be one. A prophylaxis is SNOMED CT or, when it begins with a letter, ATC: that value set alone mixes two systems.
 * @param bare - attacker-controlled
 */
export function eventToken(kind: EventKind, member: string, bare: string): string | null {
  const system = EVENT_MEMBERS[kind][member]?.system
  if (system === undefined || bare === "" || bare.includes("|") || !bare.isWellFormed()) return null
  return `${member === "vp" && /^[A-Z]/.test(bare) ? ATC : system}|${bare}`
}
