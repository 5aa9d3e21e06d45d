import type { Schema } from "../wire/statement.ts"

/**
 * Plain words for what schemas and codes name. They come out of the wallet's own tables: a request, a statement or a
 * schema that somebody anchored never words the consent to itself.
 */
export interface Labels {
  /** A noun phrase without article, such as `date of the last dose`; null unless the table is of this very schema. */
  readonly attribute: (schema: Schema, name: string) => string | null
  /** What a `system|code` means, such as `COVID-19`; null for a code that the wallet has no words for. */
  readonly code: (code: string) => string | null
  /** A `system|unit` as it is printed behind a number, such as `mmol/L`; null when unknown, empty for a plain number. */
  readonly unit: (unit: string) => string | null
}
