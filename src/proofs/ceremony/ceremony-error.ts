import { SottoError } from "../../protocol/primitives/errors.ts"

/** What can stop the making, reading or misuse of a circuit key: a file or key that is not what its name says. */
export type CeremonyErrorCode = "r1cs-malformed" | "zkey-malformed" | "not-a-development-key"

/** A fault of the key room. */
export class CeremonyError extends SottoError<CeremonyErrorCode> {}
