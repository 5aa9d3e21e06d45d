// Which result belongs to which panel (Observation.hasMember) and report (DiagnosticReport.result):
// hl7.org/fhir/R4/observation.html#obsgrouping.
import type { BundleEntry } from "./bundle.ts"
import { FhirError } from "./fhir-error.ts"
import type { Report } from "./record-context.ts"
import { resolveReference } from "./references.ts"

/** The groups of results. */
export interface Panels {
  /** The panels that name a result as their member, then theirs, level by level; no panel twice, so a circle ends. */
  readonly levelsOf: (entry: BundleEntry) => readonly (readonly BundleEntry[])[]
  /** The reports that name it as a result of theirs. */
  readonly reportsOf: (entry: BundleEntry) => readonly BundleEntry[]
  /** Path of the status by which a panel or report was withdrawn. */
  readonly withdrawnAt: (group: BundleEntry) => string | undefined
}

/** References of all groups together: hundreds of results, in panels and again in a report. */
const MAX_MEMBERS = 1000

/**
 * Indexes the groups of a collection. A group whose members are no references is reported and groups nothing.
 * @throws FhirError `too-many-entries`
 */
export function indexPanels(entries: readonly BundleEntry[], report: Report): Panels {
  const panels = new Map<BundleEntry, BundleEntry[]>()
  const reports = new Map<BundleEntry, BundleEntry[]>()
  const withdrawn = new Map<BundleEntry, string>()
  let left = MAX_MEMBERS
  const index = (group: BundleEntry, member: string, by: Map<BundleEntry, BundleEntry[]>): void => {
    const { references, withdrawnAt } = readGroup(group, member, report)
    if (withdrawnAt !== undefined) withdrawn.set(group, withdrawnAt)
    for (const { path, reference } of references) {
      if (left-- === 0) throw new FhirError("too-many-entries", path)
      const found = reference === undefined ? [] : resolveReference(entries, group, reference)
      const [result] = found
      // One reference that could mean two results dates neither of them.
      if (result !== undefined && found.length === 1) by.set(result, [...(by.get(result) ?? []), group])
    }
  }
  for (const entry of entries) {
    if (entry.resourceType === "Observation") index(entry, "hasMember", panels)
    if (entry.resourceType === "DiagnosticReport") index(entry, "result", reports)
  }
  const climbed = new Map<BundleEntry, readonly (readonly BundleEntry[])[]>()
  return {
    levelsOf: (entry) => {
      const levels = climbed.get(entry) ?? climb(panels, entry)
      climbed.set(entry, levels)
      return levels
    },
    reportsOf: (entry) => reports.get(entry) ?? [],
    withdrawnAt: (group) => withdrawn.get(group),
  }
}

// Of the codes of Observation.status and DiagnosticReport.status, those that take back what was said.
const WITHDRAWN = ["cancelled", "entered-in-error"]

interface Group {
  readonly references: readonly { readonly path: string; readonly reference: string | undefined }[]
  readonly withdrawnAt?: string
}

function readGroup({ resource }: BundleEntry, member: string, report: Report): Group {
  const group = resource.as("malformed-record")
  try {
    const isWithdrawn = WITHDRAWN.includes(group.text("status") ?? "")
    const references = group
      .elements(member)
      .map((element) => ({ path: element.path, reference: element.text("reference") }))
    return { references, ...(isWithdrawn ? { withdrawnAt: `${group.path}.status` } : {}) }
  } catch (cause) {
    if (!(cause instanceof FhirError)) throw cause
    report(cause.code, cause.path)
    return { references: [] }
  }
}

function climb(
  panels: ReadonlyMap<BundleEntry, readonly BundleEntry[]>,
  entry: BundleEntry,
): readonly (readonly BundleEntry[])[] {
  const seen = new Set([entry])
  const levels: BundleEntry[][] = []
  for (let level = [entry]; level.length > 0;) {
    const above = [...new Set(level.flatMap((member) => panels.get(member) ?? []))]
    level = above.filter((panel) => !seen.has(panel))
    for (const panel of level) seen.add(panel)
    if (level.length > 0) levels.push(level)
  }
  return levels
}
