// The holder's wallet as one encrypted file.
import type { WalletStore } from "../parties/wallet/store.ts"
import { encodeWallet, parseWallet } from "../parties/wallet/wallet.ts"
import type { Wallet } from "../parties/wallet/wallet.ts"
import { createSealedFile, openSealedFile } from "./sealed-file.ts"
import type { SealedFile, SealedForm } from "./sealed-file.ts"

/** An open wallet file: a store that must be closed, so that the next process may open it. */
export type WalletFile = WalletStore & SealedFile<Wallet>

const FORM: SealedForm<Wallet> = { owner: "wallet", encode: encodeWallet, parse: parseWallet }

/**
 * Writes a new wallet file, mode 0600, and leaves it open.
 * @param passphrase - secret; never stored
 * @throws AgentError `wallet-file-exists`, `wallet-locked`
 */
export const createWalletFile = (path: string, passphrase: string, wallet: Wallet): Promise<WalletFile> =>
  createSealedFile(path, passphrase, FORM, wallet)

/**
 * Opens an existing wallet file; takes about a second, which is what a guess of the passphrase costs too.
 * @throws AgentError `wallet-file-missing`, `wallet-file-damaged`, `passphrase-wrong`, `wallet-locked`
 */
export const openWalletFile = (path: string, passphrase: string): Promise<WalletFile> =>
  openSealedFile(path, passphrase, FORM)
