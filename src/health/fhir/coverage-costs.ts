// Coverage.costToBeneficiary: deductibles, out-of-pocket maximums and copays, each the exact amount that was written.
import { definitionOf, readAmount } from "./amount.ts"
import type { Schema } from "../../protocol/wire/statement.ts"
import { COVERAGE_1 } from "../../protocol/catalogue/schemas/coverage-1.ts"
import { COVERAGE_COSTS_1 } from "../../protocol/catalogue/schemas/coverage-costs-1.ts"
import { FhirError } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"
import type { RecordContext } from "./record-context.ts"
import { tokensOf } from "./tokens.ts"
import { currencyUnit } from "./units.ts"

/** Amounts by attribute name. */
export interface Costs {
  /** Of coverage/1. */
  readonly deductibles: Readonly<Record<string, string>>
  /** Of coverage-costs/1. */
  readonly ceilings: Readonly<Record<string, string>>
}

// CARIN's code system has two addresses; the other is codesystem-coverage-copay-type of R4.
const CARIN = [
  "http://terminology.hl7.org/CodeSystem/C4DICExtendedCopayTypeCS",
  "http://hl7.org/fhir/us/insurance-card/CodeSystem/C4DICExtendedCopayTypeCS",
]
const COPAY = "http://terminology.hl7.org/CodeSystem/coverage-copay-type"

const CARIN_COSTS: readonly (readonly [code: string, schema: Schema, attribute: string])[] = [
  ["IndInDed", COVERAGE_1, "deductibleIndividualIn"],
  ["IndOutDed", COVERAGE_1, "deductibleIndividualOut"],
  ["FamInDed", COVERAGE_1, "deductibleFamilyIn"],
  ["FamOutDed", COVERAGE_1, "deductibleFamilyOut"],
  ["IndInMax", COVERAGE_COSTS_1, "outOfPocketIndividualIn"],
  ["IndOutMax", COVERAGE_COSTS_1, "outOfPocketIndividualOut"],
  ["FamInMax", COVERAGE_COSTS_1, "outOfPocketFamilyIn"],
  ["FamOutMax", COVERAGE_COSTS_1, "outOfPocketFamilyOut"],
]
const COPAYS: readonly (readonly [code: string, attribute: string])[] = [
  ["gpvisit", "copayPrimaryCare"],
  ["spvisit", "copaySpecialist"],
  ["emergency", "copayEmergency"],
]

interface Target {
  readonly schema: Schema
  readonly attribute: string
}

const TARGETS: ReadonlyMap<string, Target> = new Map([
  ...CARIN.flatMap((system) =>
    CARIN_COSTS.map(([code, schema, attribute]) => [`${system}|${code}`, { schema, attribute }] as const),
  ),
  ...COPAYS.map(
    ([code, attribute]) => [`${COPAY}|${code}`, { schema: COVERAGE_COSTS_1, attribute }] as const,
  ),
])

/**
 * The costs that the schemas have attributes for. One that is stated in words, as a share, with exceptions or twice is
 * absent, and that is reported: a wrong amount would be worse than none.
 * @throws FhirError `unit-mismatch` for an amount in another currency; `value-malformed`, `precision-exceeded`,
 * `value-out-of-range`, `malformed-record`
 */
export function readCosts({ report }: RecordContext, coverage: ElementReader): Costs {
  const amounts = new Map<Target, string | null>()
  for (const cost of coverage.elements("costToBeneficiary")) {
    const target = tokensOf(cost.element("type"))
      .map((token) => TARGETS.get(token))
      .find((found) => found !== undefined)
    if (target === undefined) continue
    const key = [...amounts.keys()].find(({ attribute }) => attribute === target.attribute) ?? target
    const amount = amounts.has(key) ? null : readMoney(cost, target)
    amounts.set(key, amount)
    if (amount === null) report("cost-unused", cost.path)
  }
  const of = (wanted: Schema): Readonly<Record<string, string>> =>
    Object.fromEntries(
      [...amounts].flatMap(([{ schema, attribute }, amount]) =>
        schema === wanted && amount !== null ? [[attribute, amount] as const] : [],
      ),
    )
  return { deductibles: of(COVERAGE_1), ceilings: of(COVERAGE_COSTS_1) }
}

function readMoney(cost: ElementReader, { schema, attribute }: Target): string | null {
  const money = cost.element("valueMoney")
  const source = money?.decimal("value")
  const currency = money?.text("currency")
  if (money === undefined || source === undefined || currency === undefined || cost.has("exception"))
    return null
  const definition = definitionOf(schema, attribute)
  if (currencyUnit(currency) !== definition.unit)
    throw new FhirError("unit-mismatch", `${money.path}.currency`)
  return readAmount(definition, source, `${money.path}.value`)
}
