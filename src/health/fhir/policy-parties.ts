// Coverage (hl7.org/fhir/R4/coverage.html) names people beside the one it covers.
import type { BundleEntry } from "./bundle.ts"
import { resolveReference } from "./references.ts"

/** The entries that are named as subscriber, owner or payor of a coverage. @throws FhirError `malformed-bundle` */
export function findPolicyParties(entries: readonly BundleEntry[]): ReadonlySet<BundleEntry> {
  const coverages = entries.filter(({ resourceType }) => resourceType === "Coverage")
  return new Set(
    coverages.flatMap((coverage) => {
      const { resource } = coverage
      const named = [
        resource.element("subscriber"),
        resource.element("policyHolder"),
        ...resource.elements("payor"),
      ]
      return named.flatMap((party) => {
        const reference = party?.text("reference")
        return reference === undefined ? [] : resolveReference(entries, coverage, reference)
      })
    }),
  )
}
