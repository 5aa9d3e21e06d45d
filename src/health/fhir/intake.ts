// What every intake of this wing answers with, whatever the record looked like when it came in.
import type { Attributes } from "../../protocol/wire/credential.ts"

/** One fact as an issuer would sign it; `boundOn` is left out, since issuing adds the day of binding. */
export interface IntakeRecord {
  /** `name/version` of the catalogue's schema whose attributes these are. */
  readonly schema: string
  /** `ward` when the record's person is somebody for whom its holder acts. */
  readonly subject: "self" | "ward"
  readonly attributes: Attributes
  /** JSON path (RFC 9535) of where it was read. */
  readonly path: string
}

/** Something that was left out or is in doubt: a code and a JSON path, never a value. */
interface IntakeNotice {
  readonly code: string
  readonly path: string
}

/** A record that was read and checked. */
export interface Intake {
  /** At least one. */
  readonly records: readonly IntakeRecord[]
  readonly notices: readonly IntakeNotice[]
}
