// What keeps a wallet between calls; an encrypted file and a browser's database implement it.
import type { Wallet } from "./wallet.ts"

/** The one current wallet of this process. Its owner runs one operation at a time: each reads `current`, then replaces it. */
export interface WalletStore {
  /** The wallet as of the last `replace`. */
  readonly current: () => Wallet
  /** Resolves only when the new state is durable; from then on `current` answers it. */
  readonly replace: (next: Wallet) => Promise<void>
}
