// The second copy of a trustee's key file: really a second one, of the right kind, with the same secrets.
import { link, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { openWalletFile } from "../../src/agent/wallet-file.ts"
import { createTrusteeFile, openTrusteeFile } from "../../src/cli/trustee-file.ts"
import { readBackup, writeBackup } from "../../src/cli/trustee-backup.ts"
import { withWork } from "../../src/parties/trustee/trustee-state.ts"
import { TrusteeTable } from "../support/trustee-table.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sotto-trustee-"))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const fault = (code: string) => expect.objectContaining({ code })

describe("the backup of a trustee", { timeout: 240_000 }, () => {
  const table = new TrusteeTable(2, 2, "backup-file")
  table.sit()
  const { ceremonyId } = table.log
  const state = table.states[0]!
  const placesIn = () => ({
    file: join(folder, "key"),
    backup: join(folder, "copy"),
    passphrase: "words of a trustee",
  })

  it("is written once, read back, and kept when a sitting begins again", async () => {
    const places = placesIn()
    await (await createTrusteeFile(places.file, places.passphrase, state)).close()
    await writeBackup(places, state, ceremonyId)
    const bytes = await readFile(places.backup)
    await writeBackup(places, state, ceremonyId)
    expect(await readFile(places.backup)).toEqual(bytes)
    expect((await readBackup(places, ceremonyId)).secrets).toEqual(table.work(0).secrets)
    const other = withWork(state, {
      ...table.work(0),
      secrets: table.work(0).secrets!.map((one) => one + 1n),
    })
    await expect(writeBackup(places, other, ceremonyId)).rejects.toEqual(fault("file-exists"))
    await expect(readBackup({ ...places, passphrase: "other words" }, ceremonyId)).rejects.toEqual(
      fault("passphrase-wrong"),
    )
  })

  it("is no second name of the key file, and no wallet", async () => {
    const places = placesIn()
    await (await createTrusteeFile(places.file, places.passphrase, state)).close()
    await link(places.file, places.backup)
    await expect(readBackup(places, ceremonyId)).rejects.toEqual(fault("option-invalid"))
    await expect(writeBackup(places, state, ceremonyId)).rejects.toEqual(fault("option-invalid"))
    await expect(readBackup({ ...places, backup: join(folder, "none") }, ceremonyId)).rejects.toEqual(
      fault("file-missing"),
    )
    await expect(openWalletFile(places.file, places.passphrase)).rejects.toEqual(fault("wallet-file-damaged"))
    await writeFile(places.backup, "nothing")
    await expect(openTrusteeFile(places.backup, places.passphrase)).rejects.toEqual(
      fault("trustee-file-damaged"),
    )
  })
})
