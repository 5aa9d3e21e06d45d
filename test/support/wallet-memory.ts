// A wallet store in memory, the named fake of the encrypted file: it keeps every state it was given, in order.
import type { WalletStore } from "../../src/parties/wallet/store.ts"
import type { Wallet } from "../../src/parties/wallet/wallet.ts"

/** A store whose history can be read. */
export interface MemoryStore extends WalletStore {
  readonly history: readonly Wallet[]
}

/** Opens a store over a first state. */
export function openMemoryStore(initial: Wallet): MemoryStore {
  const history: Wallet[] = [initial]
  return {
    history,
    current: () => history.at(-1) ?? initial,
    replace: async (next) => {
      history.push(next)
    },
  }
}
