// What the readers of single resources share: the collection, its person and the desk's statements.
import type { BundleEntry } from "./bundle.ts"
import type { RecordProblem } from "./fhir-error.ts"
import type { Panels } from "./panels.ts"
import type { ReadOptions } from "./read-options.ts"

/** Notes something that the issuer should see. */
export type Report = (code: RecordProblem["code"], path: string) => void

/** One collection as it is read. */
export interface RecordContext {
  readonly entries: readonly BundleEntry[]
  /** Facts of the record's person; absent when the record states none. */
  readonly person: { readonly birthDate?: string; readonly sex?: string }
  readonly panels: Panels
  /** Days since 1970-01-01. */
  readonly today: number
  readonly options: ReadOptions
  readonly report: Report
}

/** The members that are defined. */
export function defined<T>(members: Readonly<Record<string, T | undefined>>): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(members).filter((member): member is [string, T] => member[1] !== undefined),
  )
}
