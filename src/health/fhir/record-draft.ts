import type { Attributes } from "../../protocol/wire/credential.ts"
import type { Schema } from "../../protocol/wire/statement.ts"

/** A record that was read, before the desk says whose it is. */
export interface RecordDraft {
  readonly schema: Schema
  /** All but `boundOn`, which is the issuer's to add. */
  readonly attributes: Attributes
  /** JSON path of its resource. */
  readonly path: string
}
