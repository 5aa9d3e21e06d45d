// Coverage.class: plan, group and network, whose values are the payer's own and carry no system.
import { FhirError } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"
import type { RecordContext } from "./record-context.ts"
import { tokenOf, tokensOf } from "./tokens.ts"

type ClassName = "plan" | "group" | "network"

// hl7.org/fhir/R4/codesystem-coverage-class.html, and CARIN's for the network, at either of its two addresses.
const CLASSES: Readonly<Record<string, ClassName>> = {
  "http://terminology.hl7.org/CodeSystem/coverage-class|plan": "plan",
  "http://terminology.hl7.org/CodeSystem/coverage-class|group": "group",
  "http://terminology.hl7.org/CodeSystem/C4DICExtendedCoverageClassCS|network": "network",
  "http://hl7.org/fhir/us/insurance-card/CodeSystem/C4DICExtendedCoverageClassCS|network": "network",
}

/**
 * The classes as tokens under the payer's base URL; without one they are absent, and that is reported.
 * @throws FhirError `class-ambiguous` for two of one kind, `malformed-record`
 */
export function readClasses(
  { options, report }: RecordContext,
  coverage: ElementReader,
): Readonly<Partial<Record<ClassName, string>>> {
  const base = options.classSystem?.replace(/\/$/, "")
  const found: Partial<Record<ClassName, string>> = {}
  const seen = new Set<ClassName>()
  for (const element of coverage.elements("class")) {
    const name = tokensOf(element.element("type")).map((token) => CLASSES[token])[0]
    if (name === undefined) continue
    if (seen.has(name)) throw new FhirError("class-ambiguous", element.path)
    seen.add(name)
    const value = element.text("value")
    if (value === undefined) throw new FhirError("malformed-record", `${element.path}.value`)
    const token = base === undefined ? undefined : tokenOf(`${base}/${name}`, value)
    if (token !== undefined) found[name] = token
    else report(base === undefined ? "class-system-missing" : "value-malformed", `${element.path}.value`)
  }
  return found
}
