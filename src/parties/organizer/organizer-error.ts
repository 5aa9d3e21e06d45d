import { SottoError } from "../../protocol/primitives/errors.ts"

/** What an organizer or a registrar cannot do with what it was given. */
export type OrganizerErrorCode =
  /** The member of a description that makes no ceremony, census or definition; the message names it. */
  | "description-refused"
  /** The election does not stand where this act belongs. */
  | "phase-refused"
  | "shares-missing"
  | "tally-mismatch"
  | "no-solution"
  | "below-min-anonymity"

/** A refused act, before anything was signed. */
export class OrganizerError extends SottoError<OrganizerErrorCode> {}
