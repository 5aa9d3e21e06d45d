// The EU rule corpus out of $SOTTO_DATA, and random certificates for it.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import fc from "fast-check"
import type { Arbitrary } from "fast-check"
import type { EventKind } from "../../src/health/eu-dcc/codes.ts"
import { parseRuleFile, parseValueSetFile } from "../../src/health/rules/rule-file.ts"
import type { RuleWithCases, ValueSetCollections } from "../../src/health/rules/rule-file.ts"
import { prepareValueSet } from "../../src/protocol/credential/value-set.ts"
import type { PreparedValueSet } from "../../src/protocol/credential/value-set.ts"
import type { ValueSet } from "../../src/protocol/wire/statement.ts"

const FOLDER = resolve(process.env["SOTTO_DATA"] ?? "../shared/data", "eu-rules")

/** The folder, or null where the corpus is absent; that is said aloud, and is a fault where it is required. */
export function findRuleFolder(): string | null {
  if (existsSync(FOLDER)) return FOLDER
  if ((process.env["SOTTO_REQUIRE"] ?? "").split(",").includes("data")) {
    throw new Error(`no ${FOLDER}, and SOTTO_REQUIRE wants it`)
  }
  console.warn(`SKIPPED: no ${FOLDER}; set SOTTO_DATA to run the EU rule corpus`)
  return null
}

/** Every rule of a folder by file, and its value sets; nothing of an absent one. */
export function readCorpus(folder: string | null): {
  readonly files: ReadonlyMap<string, readonly RuleWithCases[]>
  readonly collections: ValueSetCollections
} {
  if (folder === null) return { files: new Map(), collections: {} }
  const names = readdirSync(folder).filter((name) => /^[A-Z]{2}\.json$/.test(name))
  return {
    files: new Map(names.map((name) => [name, parseRuleFile(readFileSync(join(folder, name)))])),
    collections: parseValueSetFile(readFileSync(join(folder, "value-sets.json"))),
  }
}

/** `prepareValueSet`, each set once. */
export function makeRemembering(): (valueSet: ValueSet) => PreparedValueSet {
  const known = new Map<string, PreparedValueSet>()
  return (valueSet) => {
    const prepared = known.get(valueSet.id) ?? prepareValueSet(valueSet)
    known.set(valueSet.id, prepared)
    return prepared
  }
}

/** A payload with one event whose required members are all there. */
export interface RandomPayload {
  readonly event: EventKind
  readonly payload: Readonly<Record<string, unknown>>
  readonly clockUnixSeconds: number
}

const NOON = 1_625_140_800 // 2021-07-01T12:00:00Z
const DAY = 86_400
const day = (unixSeconds: number): string => new Date(unixSeconds * 1000).toISOString().slice(0, 10)
const second = (unixSeconds: number): string => new Date(unixSeconds * 1000).toISOString().slice(0, 19) + "Z"

// Distances at which the corpus' rules turn, a day and a second to each side of them, and any other.
const TURNS = [0, 7, 10, 11, 14, 15, 22, 28, 30, 90, 180, 183, 270, 365, 366, 1440]
const daysBefore = fc.oneof(
  fc.tuple(fc.constantFrom(...TURNS), fc.integer({ min: -1, max: 1 })).map(([n, by]) => n + by),
  fc.integer({ min: -400, max: 2000 }),
)
const secondsBefore = fc.oneof(
  fc
    .tuple(fc.constantFrom(0, 24, 48, 72), fc.integer({ min: -1, max: 1 }))
    .map(([hours, by]) => hours * 3600 + by),
  fc.integer({ min: -10 * DAY, max: 10 * DAY }),
)
const clock = fc.oneof(
  fc.integer({ min: NOON - 400 * DAY, max: NOON + 700 * DAY }),
  fc.integer({ min: -400, max: 700 }).map((days) => NOON - DAY / 2 + days * DAY), // midnights
)
const dose = fc.integer({ min: 1, max: 4 })
const vaccine = fc.constantFrom(
  ...["EU/1/20/1528", "EU/1/20/1507", "EU/1/21/1529", "EU/1/20/1525", "Covishield", "Sputnik-V", "unlisted"],
)
const absentOr = <T>(value: Arbitrary<T>): Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
const disease = fc.constantFrom("840539006", "840539006", "840539006", "6142004")
const common = {
  tg: disease,
  co: fc.constantFrom("AT", "DE", "XX"),
  is: fc.constant("issuer"),
  ci: fc.constant("URN:UVCI:01:AT:1"),
}

/** Certificates of one kind around a clock. */
export function randomPayload(event: EventKind): Arbitrary<RandomPayload> {
  return clock.chain((clockUnixSeconds) => {
    const date = daysBefore.map((days) => day(clockUnixSeconds - days * DAY))
    const one: Readonly<Record<EventKind, Arbitrary<Readonly<Record<string, unknown>>>>> = {
      v: fc.record({
        ...common,
        vp: fc.constantFrom("1119349007", "1119305005", "J07BX03", "other"),
        mp: vaccine,
        ma: fc.constantFrom("ORG-100001699", "ORG-100030215", "nobody"),
        dn: dose,
        sd: dose,
        dt: date,
      }),
      t: fc.record(
        {
          ...common,
          tt: fc.constantFrom("LP6464-4", "LP217198-3", "LP0-0"),
          ma: absentOr(fc.constantFrom("1232", "1468", "1304", "9999")),
          nm: absentOr(fc.constant("a test")),
          sc: secondsBefore.map((before) => second(clockUnixSeconds - before)),
          tr: fc.constantFrom("260415000", "260373001"),
          tc: absentOr(fc.constant("a centre")),
        },
        { requiredKeys: ["tg", "co", "is", "ci", "tt", "sc", "tr"] },
      ),
      r: fc.record({ ...common, fr: date, df: date, du: date }),
    }
    const birth = fc
      .oneof(fc.integer({ min: 15 * 365, max: 19 * 365 }), fc.constantFrom(5843, 5844, 5845))
      .map((days) => day(clockUnixSeconds - days * DAY))
    const dob = absentOr(
      fc.tuple(birth, fc.constantFrom(4, 7, 10)).map(([text, length]) => text.slice(0, length)),
    )
    return fc.tuple(one[event], dob).map(([found, born]) => ({
      event,
      // A copy: certlogic-js asks objects for their toString, which fast-check's lack.
      payload: { [event]: [{ ...found }], ...(born === undefined ? {} : { dob: born }) },
      clockUnixSeconds,
    }))
  })
}
