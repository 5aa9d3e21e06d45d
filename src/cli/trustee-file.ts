import { createSealedFile, openSealedFile, readSealedFile } from "../agent/sealed-file.ts"
import type { SealedFile, SealedForm } from "../agent/sealed-file.ts"
import { encodeTrustee, parseTrustee } from "../parties/trustee/trustee-state.ts"
import type { TrusteeState } from "../parties/trustee/trustee-state.ts"

/** A trustee's key file, open in one process. */
export type TrusteeFile = SealedFile<TrusteeState>

const FORM: SealedForm<TrusteeState> = { owner: "trustee", encode: encodeTrustee, parse: parseTrustee }

/** Writes a new file, or a second copy. @throws AgentError `trustee-file-exists`, `trustee-locked` */
export const createTrusteeFile = (
  path: string,
  passphrase: string,
  state: TrusteeState,
): Promise<TrusteeFile> => createSealedFile(path, passphrase, FORM, state)

/**
 * Opens the file. @throws AgentError `trustee-file-missing`, `trustee-file-damaged`, `passphrase-wrong`, `trustee-locked`;
 * TrusteeError
 */
export const openTrusteeFile = (path: string, passphrase: string): Promise<TrusteeFile> =>
  openSealedFile(path, passphrase, FORM)

/** What is in a second copy. @throws as `openTrusteeFile`, but never `trustee-locked` */
export const readTrusteeFile = (path: string, passphrase: string): Promise<TrusteeState> =>
  readSealedFile(path, passphrase, FORM)
