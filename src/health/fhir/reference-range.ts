// Observation.referenceRange (hl7.org/fhir/R4/observation.html#notes, "Reference Range"): what is normal for this result.
import { definitionOf, readAmount } from "./amount.ts"
import { readDecimal } from "../../protocol/credential/decimal.ts"
import { FhirError } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"
import { isBound } from "./quantity.ts"
import type { Measured } from "./quantity.ts"
import type { Report } from "./record-context.ts"
import { tokensOf } from "./tokens.ts"
import { isInUnit } from "./units.ts"

/** Both ends of a range, `referenceLow` and `referenceHigh`, or neither. */
export type ReferenceRange = Readonly<Record<string, string>>

/**
 * The range of a result, if it states exactly one that is about what is normal, with both ends in the result's unit, in words only
 * where the result's own is.
 * Anything else (several, one end, words, a therapeutic range) is reported and leaves both ends absent.
 */
export function readReferenceRange(
  observation: ElementReader,
  measured: Measured,
  report: Report,
): ReferenceRange {
  const ranges = observation.elements("referenceRange")
  const [range] = ranges
  if (range === undefined) return {}
  try {
    const found = ranges.length === 1 ? readEnds(range, measured) : null
    if (found !== null) return found
  } catch (cause) {
    // An end that no credential can hold is no reason to lose the result.
    if (!(cause instanceof FhirError)) throw cause
  }
  report("reference-range-unused", `${observation.path}.referenceRange`)
  return {}
}

const NORMAL = "http://terminology.hl7.org/CodeSystem/referencerange-meaning|normal"

function readEnds(range: ElementReader, { schema, unit, isInWords }: Measured): ReferenceRange | null {
  const low = range.element("low")
  const high = range.element("high")
  const kinds = tokensOf(range.element("type"))
  if (low === undefined || high === undefined || kinds.some((kind) => kind !== NORMAL)) return null
  const [referenceLow, referenceHigh] = [low, high].map((end, i) => {
    const source = end.decimal("value")
    if (source === undefined || isBound(end) || !isInUnit(end, unit, isInWords)) return undefined
    return readAmount(definitionOf(schema, i === 0 ? "referenceLow" : "referenceHigh"), source, end.path)
  })
  if (referenceLow === undefined || referenceHigh === undefined) return null
  const { scale = 0 } = definitionOf(schema, "value")
  const isOrdered = readDecimal(referenceLow, scale, "low") <= readDecimal(referenceHigh, scale, "high")
  return isOrdered ? { referenceLow, referenceHigh } : null
}
