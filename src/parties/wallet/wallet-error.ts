import { SottoError } from "../../protocol/primitives/errors.ts"

/** Faults of the wallet itself; everything that can be wrong with a request or a record is a verdict instead. */
export type WalletErrorCode = "malformed-wallet"

/** A fault of the wallet's own state; messages name a member, never its content. */
export class WalletError extends SottoError<WalletErrorCode> {}
