// One FHIR R4 Observation (hl7.org/fhir/R4/observation.html) as a laboratory result or a test for an infection.
import type { BundleEntry } from "./bundle.ts"
import { readEffectiveTime } from "./effective-time.ts"
import { FhirError } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"
import { findInfectionTest, readInfectionTest } from "./infection-test.ts"
import { findAnalyte } from "./laboratory-schemas.ts"
import type { AnalyteSchemas } from "./laboratory-schemas.ts"
import { readMeasured } from "./quantity.ts"
import type { RecordDraft } from "./record-draft.ts"
import { defined } from "./record-context.ts"
import type { RecordContext } from "./record-context.ts"
import { readReferenceRange } from "./reference-range.ts"
import { resolveMember } from "./references.ts"
import { conceptToken, tokensOf } from "./tokens.ts"

/**
 * The result of an Observation entry, or null for a panel, which groups results and has none of its own.
 * @throws FhirError of an `ObservationRefusal`; `subject-missing`, `not-the-subject`, `status-unknown`,
 * `date-incomplete`, `date-in-future`, `malformed-record` and those of values
 */
export function readObservation(context: RecordContext, entry: BundleEntry): RecordDraft | null {
  const observation = entry.resource.as("malformed-record")
  checkFinal(context, entry)
  if (findValue(observation) === undefined && observation.elements("hasMember").length > 0) return null
  if (!observation.has("subject")) throw new FhirError("subject-missing", `${observation.path}.subject`)
  // A fetus, a donor, a device: the value is about it and not about the subject.
  if (observation.has("focus")) throw new FhirError("not-the-subject", `${observation.path}.focus`)
  const value = readValue(observation)
  const codes = tokensOf(observation.element("code"))
  const infectionTest = findInfectionTest(codes)
  if (infectionTest !== undefined) return readInfectionTest(context, entry, infectionTest, value)
  const acceptDisplay = context.options.acceptDisplayUnit === true
  const circumstances = (): Readonly<Record<string, string>> => readCircumstances(context, entry)
  const schemas = (): AnalyteSchemas => findSchemas(codes, `${observation.path}.code`)
  const path = observation.path
  if (value.member === "valueCodeableConcept") {
    const { coded } = schemas()
    if (coded === undefined) throw new FhirError("analyte-unknown", `${path}.code`)
    const attributes = { value: readCode(value.element), ...circumstances() }
    return { schema: coded, attributes, path }
  }
  const measured = readMeasured(value.element, schemas, acceptDisplay, context.report)
  const range = readReferenceRange(observation, measured, context.report)
  return {
    schema: measured.schema,
    attributes: { value: measured.value, ...range, ...circumstances() },
    path,
  }
}

const FINAL = ["final", "amended", "corrected"]
// hl7.org/fhir/R4/valueset-observation-status.html
const NOT_FINAL = ["registered", "preliminary", "cancelled", "entered-in-error", "unknown"]

function checkFinal(context: RecordContext, entry: BundleEntry): void {
  const status = entry.resource.as("malformed-record").text("status")
  const path = `${entry.resource.path}.status`
  if (status !== undefined && NOT_FINAL.includes(status)) throw new FhirError("status-not-final", path)
  if (status === undefined || !FINAL.includes(status)) throw new FhirError("status-unknown", path)
  const panels = context.panels.levelsOf(entry).flat()
  const groups = [...panels, ...[entry, ...panels].flatMap(context.panels.reportsOf)]
  // A result may be final under a report that is not yet; under one that was withdrawn it counts for nothing.
  const withdrawnAt = groups.map(context.panels.withdrawnAt).find((at) => at !== undefined)
  if (withdrawnAt !== undefined) throw new FhirError("status-not-final", withdrawnAt)
}

// value[x] of R4 in the forms that are results, and those that are none.
const RESULTS = ["valueQuantity", "valueCodeableConcept"]
const WORDS = ["valueString", "valueBoolean"]
const NO_POINTS = [
  "valueRange",
  "valueRatio",
  "valueSampledData",
  "valueTime",
  "valueDateTime",
  "valuePeriod",
]
const VALUES = [...RESULTS, ...WORDS, ...NO_POINTS, "valueInteger"]

const findValue = (observation: ElementReader): string | undefined =>
  VALUES.find((member) => observation.has(member))

function readValue(observation: ElementReader): { readonly member: string; readonly element: ElementReader } {
  const path = observation.path
  if (observation.has("dataAbsentReason")) throw new FhirError("value-absent", `${path}.dataAbsentReason`)
  const member = findValue(observation)
  if (member === undefined) throw new FhirError("value-absent", path)
  const second = VALUES.find((other) => other !== member && observation.has(other))
  if (second !== undefined) throw new FhirError("malformed-record", `${path}.${second}`)
  if (WORDS.includes(member)) throw new FhirError("value-not-coded", `${path}.${member}`)
  if (NO_POINTS.includes(member)) throw new FhirError("value-not-a-point", `${path}.${member}`)
  if (member === "valueInteger") throw new FhirError("unit-not-coded", `${path}.${member}`)
  const element = observation.element(member)
  if (element === undefined) throw new FhirError("value-absent", `${path}.${member}`)
  return { member, element }
}

function readCode(concept: ElementReader): string {
  const token = conceptToken(concept)
  if (token === undefined) throw new FhirError("value-not-coded", concept.path)
  if (token === null) throw new FhirError("value-ambiguous", concept.path)
  return token
}

function findSchemas(codes: readonly string[], path: string): AnalyteSchemas {
  const known = codes.map(findAnalyte).filter((schemas) => schemas !== undefined)
  const [schemas, second] = known
  if (schemas === undefined) throw new FhirError("analyte-unknown", path)
  // Two codes of ours are two analytes, however much alike.
  if (second !== undefined) throw new FhirError("analyte-ambiguous", path)
  return schemas
}

function readCircumstances(context: RecordContext, entry: BundleEntry): Readonly<Record<string, string>> {
  const { collectedOn, collectedAt } = readEffectiveTime(context, entry)
  const observation = entry.resource.as("malformed-record")
  const specimen = findSpecimen(context, entry)
  return defined({
    collectedOn,
    collectedAt,
    specimen: conceptToken(specimen?.resource.as("malformed-record").element("type")) ?? undefined,
    method: conceptToken(observation.element("method")) ?? undefined,
    ...context.person,
  })
}

/** The result's own specimen, else that of the nearest panel that names one. */
function findSpecimen({ entries, panels }: RecordContext, entry: BundleEntry): BundleEntry | undefined {
  for (const source of [entry, ...panels.levelsOf(entry).flat()]) {
    if (!source.resource.has("specimen")) continue
    return resolveMember(entries, source, source.resource.as("malformed-record").element("specimen"), [
      "Specimen",
    ])
  }
  return undefined
}
