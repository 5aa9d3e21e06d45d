// Units as schemas spell them. A unit is compared and never converted: mg/dL and mmol/L are two schemas.
import type { ElementReader } from "./fhir-value.ts"
import { tokenOf } from "./tokens.ts"

/** The Unified Code for Units of Measure, hl7.org/fhir/R4/terminologies-systems.html. */
const UCUM = "http://unitsofmeasure.org"
/** ISO 4217, as FHIR names it (datatypes.html#Money). */
const ISO_4217 = "urn:iso:std:iso:4217"

/** The unit of a Quantity: its UCUM token, or only words, or nothing of either. */
export interface StatedUnit {
  /** `http://unitsofmeasure.org|mmol/L` */
  readonly coded?: string
  /** The words of a quantity that has no code: as a token, for whoever lets them stand. */
  readonly display?: string
}

/** Reads the unit of a Quantity; a code of another system is no unit. */
export function readUnit(quantity: ElementReader): StatedUnit {
  const system = quantity.text("system")
  const code = quantity.text("code")
  if (system === UCUM && code !== undefined) {
    const coded = tokenOf(UCUM, code)
    return coded === undefined ? {} : { coded }
  }
  const display = code === undefined ? tokenOf(UCUM, quantity.text("unit")) : undefined
  return display === undefined || (system !== undefined && system !== UCUM) ? {} : { display }
}

/** True when a quantity is in `unit`: by its code, or by its words where those may stand. */
export function isInUnit(quantity: ElementReader, unit: string, acceptDisplay: boolean): boolean {
  const { coded, display } = readUnit(quantity)
  return coded === unit || (acceptDisplay && display === unit)
}

/** The unit of an amount of money, as a schema spells it. @param currency - ISO 4217 code */
export const currencyUnit = (currency: string): string | undefined => tokenOf(ISO_4217, currency)
