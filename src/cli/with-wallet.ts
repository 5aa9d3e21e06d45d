import { openWalletFile } from "../agent/wallet-file.ts"
import type { WalletFile } from "../agent/wallet-file.ts"
import { askPassphrase } from "./passphrase.ts"

/** What every wallet verb takes. */
export interface WalletOptions {
  readonly wallet: string
  readonly passphraseFile?: string
}

/** Opens the wallet file, runs `body`, and closes the file whatever happens. @throws AgentError, and what body throws */
export async function withWallet(
  options: WalletOptions,
  body: (file: WalletFile) => Promise<void>,
): Promise<void> {
  const file = await openWalletFile(options.wallet, await askPassphrase(options.passphraseFile))
  try {
    await body(file)
  } finally {
    await file.close()
  }
}
