// FHIR R4 documents (hl7.org/fhir/R4/bundle.html) as their resources, nothing taken on trust but that they stand together.
import { FhirError } from "./fhir-error.ts"
import { MAX_BYTES, readElement, readFhirJson } from "./fhir-value.ts"
import type { ElementReader } from "./fhir-value.ts"
import { findModifier } from "./modifiers.ts"

/** One entry of a bundle, or a resource that came alone. */
export interface BundleEntry {
  readonly fullUrl?: string
  readonly resourceType: string
  readonly id?: string
  readonly resource: ElementReader
}

/** Resources that stand together. */
export interface Collection {
  readonly entries: readonly BundleEntry[]
  /** JSON path of what holds them all. */
  readonly path: string
}

/** More doses than a life holds; bounds the work of resolving references. */
const MAX_ENTRIES = 200
/** A `document` says who signed what and when, a `message` or `transaction` orders something: other readers' work. */
const BUNDLE_TYPES: readonly (string | undefined)[] = ["collection", "searchset"]

/**
 * Reads a bundle (collection, searchset), a lone resource, or several of either; paths into several begin with the document's place, `$[0]`.
 * The bounds of one bundle, 256 KiB and 200 entries, hold for all of them together.
 * @param documents - attacker-controlled
 * @throws FhirError `too-large`, `malformed-json`, `malformed-bundle`, `modifier-extension`, `bundle-type`,
 * `too-many-entries`
 */
export function readCollection(documents: Uint8Array | readonly Uint8Array[]): Collection {
  const list = documents instanceof Uint8Array ? [documents] : documents
  const size = list.reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (size > MAX_BYTES) throw new FhirError("too-large", "$")
  const read = list.map((bytes, i) => readDocument(bytes, list.length === 1 ? "$" : `$[${i}]`))
  const [only] = read
  if (only === undefined) throw new FhirError("malformed-bundle", "$")
  const entries = read.flatMap((document) =>
    isBundle(document) ? readEntries(document) : [asEntry(document)],
  )
  if (entries.length > MAX_ENTRIES) throw new FhirError("too-many-entries", "$")
  return { entries, path: read.length === 1 && isBundle(only) ? "$.entry" : "$" }
}

function readDocument(bytes: Uint8Array, path: string): ElementReader {
  const value = readFhirJson(bytes, path)
  const document = readElement(value, path, "malformed-bundle")
  const modifier = findModifier(value, path)
  if (modifier !== null) throw new FhirError("modifier-extension", modifier)
  return document
}

const isBundle = (document: ElementReader): boolean => document.text("resourceType") === "Bundle"

function readEntries(bundle: ElementReader): readonly BundleEntry[] {
  if (!BUNDLE_TYPES.includes(bundle.text("type"))) throw new FhirError("bundle-type", `${bundle.path}.type`)
  const entries = bundle.elements("entry")
  if (entries.length > MAX_ENTRIES) throw new FhirError("too-many-entries", `${bundle.path}.entry`)
  return entries.map((entry) => {
    const resource = entry.element("resource")
    if (resource === undefined) throw new FhirError("malformed-bundle", `${entry.path}.resource`)
    return asEntry(resource, entry.text("fullUrl"))
  })
}

function asEntry(resource: ElementReader, fullUrl?: string): BundleEntry {
  const resourceType = resource.text("resourceType")
  if (resourceType === undefined) throw new FhirError("malformed-bundle", `${resource.path}.resourceType`)
  const id = resource.text("id")
  return {
    ...(fullUrl === undefined ? {} : { fullUrl }),
    ...(id === undefined ? {} : { id }),
    resourceType,
    resource,
  }
}
