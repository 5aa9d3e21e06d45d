// Coded values (hl7.org/fhir/R4/datatypes.html#Coding) as FHIR tokens, `system|code`, the case as given. Words beside a
// code (display, text) are never read: what a credential holds is what a verifier can name.
import type { ElementReader } from "./fhir-value.ts"

/** The namespace whose code stands for a concept that is coded in several. */
const SNOMED = "http://snomed.info/sct|"

/** The token of two stated parts, or undefined: a bar inside a part would let two pairs share a text. */
export function tokenOf(system: string | undefined, code: string | undefined): string | undefined {
  if (system === undefined || code === undefined) return undefined
  return system.includes("|") || code.includes("|") ? undefined : `${system}|${code}`
}

/** The distinct tokens of a CodeableConcept, in its order. */
export function tokensOf(concept: ElementReader | undefined): readonly string[] {
  const tokens = (concept?.elements("coding") ?? []).map((coding) =>
    tokenOf(coding.text("system"), coding.text("code")),
  )
  return [...new Set(tokens.filter((token) => token !== undefined))]
}

/**
 * The one token of a CodeableConcept: SNOMED CT's if it has one, since codings are translations of each other, else the
 * only one.
 * @returns null when it could be one or another, undefined when there is none
 */
export function conceptToken(concept: ElementReader | undefined): string | null | undefined {
  const tokens = tokensOf(concept)
  const snomed = tokens.filter((token) => token.startsWith(SNOMED))
  const [only, second] = snomed.length > 0 ? snomed : tokens
  return second === undefined ? only : null
}

/** The token of an Identifier, unless it is marked as one that is no longer in use. */
export function identifierToken(identifier: ElementReader): string | undefined {
  return isOld(identifier) ? undefined : tokenOf(identifier.text("system"), identifier.text("value"))
}

/** True for `use: old`, which turns an identifier or address into one of the past (datatypes.html#Identifier). */
export const isOld = (element: ElementReader): boolean => element.text("use") === "old"
