// The second copy of a trustee's key file: another file, and it opens.
import { stat } from "node:fs/promises"
import { backupOf } from "../parties/trustee/next-step.ts"
import { encodeTrustee, findWork } from "../parties/trustee/trustee-state.ts"
import type { CeremonyWork, TrusteeState } from "../parties/trustee/trustee-state.ts"
import { equalBytes } from "../protocol/primitives/bytes.ts"
import { CliError } from "./exit.ts"
import { exists } from "./files.ts"
import { createTrusteeFile, readTrusteeFile } from "./trustee-file.ts"

/** Where the two copies are. */
export interface CopyPlaces {
  readonly file: string
  readonly backup: string
  readonly passphrase: string
}

/**
 * Writes the second copy and reads it back. A copy that is there already, from a sitting that was cut short, is kept when
 * it holds the same secrets.
 * @throws CliError `file-exists` where something else is; AgentError
 */
export async function writeBackup(
  places: CopyPlaces,
  state: TrusteeState,
  ceremonyId: string,
): Promise<void> {
  const wanted = backupOf(state, ceremonyId)
  if (!(await exists(places.backup)))
    await (await createTrusteeFile(places.backup, places.passphrase, wanted)).close()
  await assertApart(places)
  const read = await readTrusteeFile(places.backup, places.passphrase)
  if (!equalBytes(encodeTrustee(read), encodeTrustee(wanted)))
    throw new CliError("file-exists", `${places.backup} is another file than the copy that belongs there`)
}

/**
 * The work of a ceremony out of the second copy, which must be another file than the first.
 * @throws CliError `option-invalid`; AgentError
 */
export async function readBackup(places: CopyPlaces, ceremonyId: string): Promise<CeremonyWork> {
  await assertApart(places)
  const work = findWork(await readTrusteeFile(places.backup, places.passphrase), ceremonyId)
  if (work === null) throw new CliError("option-invalid", `${places.backup} knows nothing of this ceremony`)
  return work
}

// A link to the first copy would be lost with it.
async function assertApart({ file, backup }: CopyPlaces): Promise<void> {
  if (!(await exists(backup))) throw new CliError("file-missing", `there is no backup at ${backup}`)
  const [first, second] = [await stat(file), await stat(backup)]
  if (first.dev === second.dev && first.ino === second.ino)
    throw new CliError("option-invalid", `${backup} is the key file itself, not a second copy of it`)
}
