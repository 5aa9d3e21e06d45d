// A ledger on a real database of the engine under test, with its guards in a temporary folder: the one way tests get one.
import { randomBytes } from "node:crypto"
import { cp, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Fr, Nullifier } from "../../src/protocol/primitives/field.ts"
import { bytesToHex } from "../../src/protocol/primitives/bytes.ts"
import { makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import { parsePresentationOpening } from "../../src/protocol/wire/presentation.ts"
import { answeredClaim } from "../../src/protocol/log/claim.ts"
import { presentationCommitment } from "../../src/protocol/log/commitment.ts"
import { presentationEntry } from "../../src/protocol/log/entry.ts"
import type { Draft, Ledger } from "../../src/ledger/log/ledger.ts"
import { initLedger } from "../../src/ledger/log/init-ledger.ts"
import { openLedger } from "../../src/ledger/log/open-ledger.ts"
import type { LedgerParts } from "../../src/ledger/log/open-ledger.ts"
import type { SideRow } from "../../src/ledger/log/store.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import type { Stores } from "../../src/ledger/storage/open-stores.ts"
import { discardDatabase, makeDatabase } from "./databases.ts"

export const ORIGIN = "verifier.example/ledger"
export const LOG_KEY = makeSigningKey(ORIGIN, new Uint8Array(32).fill(0x42))

/** A database and a state directory that outlive any one opening. */
export interface LedgerHome {
  readonly folder: string
  /** Its address. */
  readonly database: string
  readonly stateDirectory: string
  remove: () => Promise<void>
}

export async function makeHome(): Promise<LedgerHome> {
  const folder = await mkdtemp(join(tmpdir(), "sotto-ledger-"))
  const database = await makeDatabase(folder)
  return {
    folder,
    database,
    stateDirectory: join(folder, "state"),
    remove: async () => {
      await discardDatabase(database)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/**
 * The home of a second instance on the same database: it has a guard of its own, which begins as a copy, as it would if
 * it had seen all heads until now.
 */
export async function secondInstance(home: LedgerHome): Promise<LedgerHome> {
  const stateDirectory = join(home.folder, `state-${randomBytes(4).toString("hex")}`)
  await cp(home.stateDirectory, stateDirectory, { recursive: true })
  return { ...home, stateDirectory, remove: () => Promise.resolve() }
}

/** An opened ledger with its stores. */
export interface OpenedLedger {
  readonly ledger: Ledger
  readonly stores: Stores
  readonly parts: LedgerParts
  close: () => Promise<void>
}

/** Opens the ledger of a home, beginning its log when there is none. */
export async function openHome(
  home: LedgerHome,
  overrides: Partial<LedgerParts> = {},
): Promise<OpenedLedger> {
  const stores = await openStores(home.database)
  const parts: LedgerParts = {
    store: stores.ledger,
    origin: ORIGIN,
    key: LOG_KEY,
    stateDirectory: home.stateDirectory,
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
    limits: { batchMilliseconds: 2 },
    ...overrides,
  }
  try {
    if ((await stores.ledger.findLog(ORIGIN)) === null) await initLedger({ ...parts, store: stores.ledger })
    const ledger = await openLedger(parts)
    return {
      ledger,
      stores,
      parts,
      close: async () => {
        await ledger.close()
        await stores.close()
      },
    }
  } catch (error) {
    await stores.close()
    throw error
  }
}

/** Draft number n: a presentation with its opening, spending the nullifiers 1000000 + n unless told otherwise. */
export function presentationDraft(
  n: number,
  spent: readonly string[] = [String(1_000_000 + n)],
  more: readonly SideRow[] = [],
): Draft {
  const opening = parsePresentationOpening({
    type: "sotto/entry/presentation/1",
    requestHash: String(5_000_000 + n),
    policy: "13",
    circuit: `sha256:${"ab".repeat(32)}`,
    registries: [["coverage-us", 1]],
    nullifiers: spent.length === 0 ? ["1"] : [...spent],
    acceptedAt: 1795168920,
  })
  const salt = new Uint8Array(randomBytes(32))
  const entry = presentationEntry(presentationCommitment(salt, opening), spent as Nullifier[])
  const row: SideRow = {
    row: "presentation",
    requestId: `pr_${bytesToHex(salt).slice(0, 22)}`,
    salt,
    opening: canonicalBytes(opening),
    evidence: Uint8Array.of(1, 2, 3),
    retainUntilUnixSeconds: 1_800_000_000,
  }
  return { entry, claims: [answeredClaim(opening.requestHash)], sideRows: [row, ...more] }
}

/** Appends drafts n = from .. to - 1 at once. */
export async function appendMany(ledger: Ledger, from: number, to: number): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: to - from }, (_, i) => ledger.admit(ORIGIN, presentationDraft(from + i))),
  )
  const refused = answers.find((answer) => !answer.ok)
  if (refused !== undefined) throw new Error("a draft was refused")
}

export const requestHash = (n: number): Fr => String(5_000_000 + n) as Fr
