import { SottoError } from "../../protocol/primitives/errors.ts"

/** Why an issuer does not sign. */
export type IssuerErrorCode =
  | "disease-not-in-record" // the record says nothing about the disease asked for
  | "record-not-found" // the record holds nothing that the selector means
  | "record-ambiguous" // it holds several
  | "schema-unknown" // no schema of the catalogue has this kind of record for this person
  | "holder-mismatch" // the commitment was made for another issuer or registry
  | "status-list-full" // over 80 %: begin a new entry of the same operator
  | "record-unknown" // nothing like it was issued here
  | "validity-malformed" // not whole days, or it ends before it begins

/** An act that an issuer refuses; messages hold no attribute and no holder. */
export class IssuerError extends SottoError<IssuerErrorCode> {}
