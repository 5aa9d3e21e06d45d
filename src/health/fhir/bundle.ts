// A FHIR R4 Bundle (hl7.org/fhir/R4/bundle.html) as its resources, nothing taken on trust but that they stand together.
import { FhirError } from "./fhir-error.ts"
import { readElement, readFhirJson } from "./fhir-value.ts"
import type { ElementReader } from "./fhir-value.ts"
import { findModifier } from "./modifiers.ts"

/** One entry of a bundle. */
export interface BundleEntry {
  readonly fullUrl?: string
  readonly resourceType: string
  readonly id?: string
  readonly resource: ElementReader
}

/** More doses than a life holds; bounds the work of resolving references. */
const MAX_ENTRIES = 200
/** A `document` says who signed what and when, a `message` or `transaction` orders something: other readers' work. */
const BUNDLE_TYPES: readonly (string | undefined)[] = ["collection", "searchset"]

/**
 * Reads a bundle of type collection or searchset.
 * @param bytes - attacker-controlled
 * @throws FhirError `too-large`, `malformed-json`, `malformed-bundle`, `modifier-extension`, `bundle-type`,
 * `too-many-entries`
 */
export function readBundle(bytes: Uint8Array): readonly BundleEntry[] {
  const document = readFhirJson(bytes)
  const bundle = readElement(document, "$", "malformed-bundle")
  if (bundle.text("resourceType") !== "Bundle") throw new FhirError("malformed-bundle", "$.resourceType")
  const modifier = findModifier(document, "$")
  if (modifier !== null) throw new FhirError("modifier-extension", modifier)
  if (!BUNDLE_TYPES.includes(bundle.text("type"))) throw new FhirError("bundle-type", "$.type")
  const entries = bundle.elements("entry")
  if (entries.length > MAX_ENTRIES) throw new FhirError("too-many-entries", "$.entry")
  return entries.map(readEntry)
}

function readEntry(entry: ElementReader): BundleEntry {
  const resource = entry.element("resource")
  if (resource === undefined) throw new FhirError("malformed-bundle", `${entry.path}.resource`)
  const resourceType = resource.text("resourceType")
  if (resourceType === undefined) throw new FhirError("malformed-bundle", `${resource.path}.resourceType`)
  const fullUrl = entry.text("fullUrl")
  const id = resource.text("id")
  return {
    ...(fullUrl === undefined ? {} : { fullUrl }),
    ...(id === undefined ? {} : { id }),
    resourceType,
    resource,
  }
}
