// One FHIR R4 Coverage (hl7.org/fhir/R4/coverage.html; CARIN Digital Insurance Card) as the cover of its beneficiary.
import { formatDay } from "../../protocol/credential/calendar.ts"
import { COVERAGE_1 } from "../../protocol/catalogue/schemas/coverage-1.ts"
import { COVERAGE_COSTS_1 } from "../../protocol/catalogue/schemas/coverage-costs-1.ts"
import type { BundleEntry } from "./bundle.ts"
import { readClasses } from "./coverage-classes.ts"
import { readCosts } from "./coverage-costs.ts"
import { readPayer } from "./coverage-payer.ts"
import { FhirError } from "./fhir-error.ts"
import type { CoverageRefusal } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"
import { readPeriod } from "./period.ts"
import { defined } from "./record-context.ts"
import type { RecordContext } from "./record-context.ts"
import type { RecordDraft } from "./record-draft.ts"
import { resolveReference } from "./references.ts"
import { conceptToken, isOld, tokensOf } from "./tokens.ts"

/**
 * The cover of a Coverage entry as coverage/1, and, when it states any, what its member pays at most as coverage-costs/1.
 * @throws FhirError of a `CoverageRefusal`; `status-unknown`, `date-incomplete`, `malformed-record` and those of values
 */
export function readCoverage(context: RecordContext, entry: BundleEntry): readonly RecordDraft[] {
  const coverage = entry.resource.as("malformed-record")
  const path = coverage.path
  checkActive(coverage)
  if (!coverage.has("beneficiary")) throw new FhirError("beneficiary-missing", `${path}.beneficiary`)
  const relationship = readRelationship(context, entry)
  const { plan, group, network } = readClasses(context, coverage)
  const { deductibles, ceilings } = readCosts(context, coverage)
  const period = readPeriod(coverage.element("period"))
  const policy = {
    payer: readPayer(context, entry),
    kind: readToken(coverage, "type", "kind-not-coded"),
    relationship,
    ...defined({ periodStart: day(period.start), periodEnd: day(period.end) }),
  }
  const memberNumber = readMemberNumber(coverage, relationship)
  const attributes = {
    ...policy,
    ...defined({ plan, group, network, birthDate: context.person.birthDate }),
    ...deductibles,
    memberNumber,
  }
  const cover = { schema: COVERAGE_1, attributes, path }
  if (Object.keys(ceilings).length === 0) return [cover]
  const costs = { ...policy, ...defined({ plan }), ...ceilings, memberNumber }
  return [cover, { schema: COVERAGE_COSTS_1, attributes: costs, path: `${path}.costToBeneficiary` }]
}

const day = (days: number | undefined): string | undefined =>
  days === undefined ? undefined : formatDay(days)

// hl7.org/fhir/R4/valueset-fm-status.html
const NOT_ACTIVE = ["cancelled", "draft", "entered-in-error"]

function checkActive(coverage: ElementReader): void {
  const status = coverage.text("status")
  const path = `${coverage.path}.status`
  if (status !== undefined && NOT_ACTIVE.includes(status)) throw new FhirError("coverage-not-active", path)
  if (status !== "active") throw new FhirError("status-unknown", path)
}

function readToken(coverage: ElementReader, member: string, code: CoverageRefusal): string {
  const token = conceptToken(coverage.element(member))
  if (typeof token !== "string") throw new FhirError(code, `${coverage.path}.${member}`)
  return token
}

const SELF = "http://terminology.hl7.org/CodeSystem/subscriber-relationship|self"

function readRelationship({ entries }: RecordContext, entry: BundleEntry): string {
  const coverage = entry.resource.as("malformed-record")
  const relationship = readToken(coverage, "relationship", "relationship-not-coded")
  const [subscribers, beneficiaries] = ["subscriber", "beneficiary"].map((member) => {
    const reference = coverage.element(member)?.text("reference")
    return reference === undefined ? [] : resolveReference(entries, entry, reference)
  })
  const [subscriber] = subscribers ?? []
  // `self` says that both are one person.
  if (relationship === SELF && subscriber !== undefined && beneficiaries?.includes(subscriber) !== true) {
    throw new FhirError("relationship-contradicted", `${coverage.path}.relationship`)
  }
  return relationship
}

const MEMBER_NUMBER = "http://terminology.hl7.org/CodeSystem/v2-0203|MB"

/** The identifier that is typed as a member number, else the only one; the subscriber's number is the subscriber's. */
function readMemberNumber(coverage: ElementReader, relationship: string): string {
  const identifiers = coverage.elements("identifier").filter((identifier) => !isOld(identifier))
  const typed = identifiers.filter((identifier) =>
    tokensOf(identifier.element("type")).includes(MEMBER_NUMBER),
  )
  const [first, second] = typed.length > 0 ? typed : identifiers
  const own = second === undefined ? first?.text("value") : undefined
  const number = own ?? (relationship === SELF ? coverage.text("subscriberId") : undefined)
  if (number === undefined) throw new FhirError("member-number-missing", `${coverage.path}.identifier`)
  return number
}
