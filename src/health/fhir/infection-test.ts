// Tests for an infection as laboratories code them. Sources: LOINC (the codes' long common names), the EU value set
// covid-19-lab-test-type (its LOINC parts for kinds of test), and the SMART Health Cards value set lab-qualitative-result.
import { INFECTION_TEST_1 } from "../../protocol/catalogue/schemas/infection-test-1.ts"
import type { BundleEntry } from "./bundle.ts"
import { DISEASE } from "./codes.ts"
import { readEffectiveTime } from "./effective-time.ts"
import { FhirError } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"
import { defined } from "./record-context.ts"
import type { RecordContext } from "./record-context.ts"
import type { RecordDraft } from "./record-draft.ts"
import { conceptToken } from "./tokens.ts"

/** What a test looks for, and how. */
export interface InfectionTest {
  /** FHIR tokens. */
  readonly disease: string
  readonly testType: string
}

const LOINC = "http://loinc.org"
/** Nucleic acid amplification with probe detection. */
const AMPLIFICATION = `${LOINC}|LP6464-4`
const RAPID_IMMUNOASSAY = `${LOINC}|LP217198-3`

const TESTS: ReadonlyMap<string, InfectionTest> = new Map(
  [
    // SARS-CoV-2 RNA, NAA with probe detection: respiratory, any specimen, nasopharynx, saliva, nose.
    ...["94500-6", "94309-2", "94759-8", "94845-5", "95406-5"].map((code) => [code, AMPLIFICATION] as const),
    // SARS-CoV-2 antigen, rapid immunoassay: respiratory, upper respiratory.
    ...["94558-4", "97097-0"].map((code) => [code, RAPID_IMMUNOASSAY] as const),
  ].map(([code, testType]) => [`${LOINC}|${code}`, { disease: DISEASE.covid19, testType }]),
)

// SNOMED CT: not detected, detected, negative, positive. Inconclusive and unsatisfactory are no results.
const RESULTS = ["260415000", "260373001", "260385009", "10828004"].map(
  (code) => `http://snomed.info/sct|${code}`,
)

/** The test that one of an Observation's codes names. */
export function findInfectionTest(codes: readonly string[]): InfectionTest | undefined {
  return codes.map((code) => TESTS.get(code)).find((test) => test !== undefined)
}

/**
 * A test as infection-test/1; the result stays the code that was written.
 * @throws FhirError `result-unknown`; `date-incomplete` without an instant: hours decide what a test is worth
 */
export function readInfectionTest(
  context: RecordContext,
  entry: BundleEntry,
  { disease, testType }: InfectionTest,
  value: { readonly member: string; readonly element: ElementReader },
): RecordDraft {
  const result = value.member === "valueCodeableConcept" ? conceptToken(value.element) : undefined
  if (typeof result !== "string" || !RESULTS.includes(result)) {
    throw new FhirError("result-unknown", value.element.path)
  }
  const { collectedAt, path } = readEffectiveTime(context, entry)
  if (collectedAt === undefined) throw new FhirError("date-incomplete", path)
  const { birthDate } = context.person
  return {
    schema: INFECTION_TEST_1,
    attributes: { disease, testType, collectedAt, result, ...defined({ birthDate }) },
    path: entry.resource.path,
  }
}
