import { SottoError } from "../../protocol/primitives/errors.ts"

/** What can stop the making or reading of a circuit key: a file that is not what its name says. */
export type CeremonyErrorCode = "r1cs-malformed" | "zkey-malformed"

/** A fault of the key room. */
export class CeremonyError extends SottoError<CeremonyErrorCode> {}
