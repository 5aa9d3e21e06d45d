// An issuer's folder: issuer.json (identity and keys), issued.jsonl (the journal), lists.json (how far it was counted).
// An index that a process took is durable before the record leaves it, so none is ever given twice.
import { createHash } from "node:crypto"
import { mkdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { createIssuer, issuerEntryOf } from "../parties/issuer/create-issuer.ts"
import type { IssuerIdentity } from "../parties/issuer/create-issuer.ts"
import { issue } from "../parties/issuer/issue.ts"
import type { IssueOrder } from "../parties/issuer/issue.ts"
import { publishStatus } from "../parties/issuer/publish-status.ts"
import { revoke } from "../parties/issuer/revoke.ts"
import { applyEvent, restoreList } from "../parties/issuer/status.ts"
import type { IssuerState } from "../parties/issuer/status.ts"
import type { RandomBytes } from "../protocol/credential/holder.ts"
import { decodeWords, encodeWords } from "../protocol/credential/status-list.ts"
import { decodeBase64Url, encodeBase64Url } from "../protocol/primitives/bytes.ts"
import { ProtocolError } from "../protocol/primitives/errors.ts"
import type { Fr } from "../protocol/primitives/field.ts"
import { canonicalBytes } from "../protocol/wire/canonical-json.ts"
import type { Credential, IssuerEntry, StatusList } from "../protocol/wire/credential.ts"
import { parseIssuerKeys, parseIssuerLists } from "../protocol/wire/issuer-state.ts"
import type { IssuedRecord, IssuerEvent, IssuerKeys } from "../protocol/wire/issuer-state.ts"
import { CliError } from "./exit.ts"
import { exists, readInput, readSecretFile } from "./files.ts"
import { appendJournal, findInJournal, placeAfter, readJournal, readJournalBytes } from "./issuer-journal.ts"
import type { JournalPlace } from "./issuer-journal.ts"
import { random } from "./service-state.ts"

/** Journal bytes after which the lists are written anew: some three thousand records, a tenth of a second to read. */
const LISTS_AFTER_BYTES = 1024 * 1024
/** Bytes before a counted length that must still be the same. */
const TAIL_BYTES = 4096

const keysFile = (dir: string): string => join(dir, "issuer.json")
const journalFile = (dir: string): string => join(dir, "issued.jsonl")
const listsFile = (dir: string): string => join(dir, "lists.json")

/** Draws keys into a new private folder. @throws CliError `file-exists` */
export async function createIssuerFolder(
  dir: string,
  identity: IssuerIdentity,
  randomBytes: RandomBytes = random,
): Promise<IssuerEntry> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  for (const path of [keysFile(dir), journalFile(dir)]) {
    if (await exists(path)) throw new CliError("file-exists", `${path} exists already`)
  }
  const keys = createIssuer(identity, randomBytes)
  await writeFileDurably(journalFile(dir), "", { mode: 0o600 })
  await writeFileDurably(keysFile(dir), canonicalBytes(keys), { mode: 0o600 })
  return issuerEntryOf(keys)
}

/** The identity and keys of a folder. @throws CliError `file-missing`, `file-not-private`, `issuer-state-outdated` */
export async function loadIssuerKeys(dir: string): Promise<IssuerKeys> {
  const bytes = await readSecretFile(keysFile(dir))
  try {
    return parseIssuerKeys(bytes)
  } catch (error) {
    const isOld =
      error instanceof ProtocolError && new TextDecoder().decode(bytes).includes('"sotto/issuer/1"')
    if (!isOld) throw error
    const advice = "this folder is of an earlier version: make a new issuer entry of the same operator"
    throw new CliError("issuer-state-outdated", advice, { cause: error })
  }
}

/** Opens a folder. @throws as loadIssuerKeys; CliError `issuer-state-damaged` */
export async function openIssuer(dir: string, randomBytes: RandomBytes = random): Promise<IssuerFolder> {
  const state: IssuerState = { keys: await loadIssuerKeys(dir), lists: new Map() }
  const folder = new IssuerFolder(dir, state, await restoreLists(dir, state), randomBytes)
  await folder.refresh()
  return folder
}

/** An issuer at work on its folder; calls are served one after the other. Each result is durable before it resolves. */
export class IssuerFolder {
  readonly #dir: string
  readonly #state: IssuerState
  readonly #randomBytes: RandomBytes
  #place: JournalPlace
  #counted: number
  #previous: Promise<unknown> = Promise.resolve()

  constructor(dir: string, state: IssuerState, counted: number, randomBytes: RandomBytes) {
    this.#dir = dir
    this.#state = state
    this.#randomBytes = randomBytes
    this.#counted = counted
    this.#place = placeAfter(counted)
  }

  get keys(): IssuerKeys {
    return this.#state.keys
  }

  /** Signs a record, as `issue`. @throws as issue; CliError `issuer-busy`, `issuer-state-damaged` */
  issue(order: IssueOrder): Promise<Credential> {
    return this.#inTurn(async () => {
      const versions = order.replaces === undefined ? [] : await this.#versionsOf(order)
      const { events, credential } = issue(this.#state, order, versions, this.#randomBytes)
      await this.#keep(events)
      return credential
    })
  }

  /** Marks a record as revoked, as `revoke`. @throws as revoke; as issue */
  revoke(credential: Pick<Credential, "schemaId" | "credId" | "statusIndex">): Promise<void> {
    return this.#inTurn(async () => {
      const { schemaId, statusIndex } = credential
      await this.#keep(revoke(credential, await this.#ownerOf(schemaId, statusIndex)))
    })
  }

  /** Signs a schema's whole list under the next number. @param now - Unix seconds; @throws as issue */
  publish(schemaId: Fr, now: number): Promise<StatusList> {
    return this.#inTurn(async () => {
      const { events, list } = publishStatus(this.#state, schemaId, now)
      await this.#keep(events)
      return list
    })
  }

  /** Schemas that something was issued or published under. */
  schemas(): readonly Fr[] {
    return [...this.#state.lists.keys()]
  }

  /** Reads what was written since. @throws CliError `issuer-state-damaged` */
  async refresh(): Promise<void> {
    this.#place = await readJournal(journalFile(this.#dir), this.#place, (event) => {
      applyEvent(this.#state, event)
    })
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const next = this.#previous.then(async () => {
      await this.refresh()
      return act()
    })
    this.#previous = next.catch(() => undefined)
    return next
  }

  async #keep(events: readonly IssuerEvent[]): Promise<void> {
    const bytes = await appendJournal(journalFile(this.#dir), this.#place, events)
    for (const event of events) applyEvent(this.#state, event)
    this.#place = placeAfter(bytes)
    if (bytes - this.#counted < LISTS_AFTER_BYTES) return
    await writeFileDurably(listsFile(this.#dir), await encodeLists(this.#dir, this.#state, bytes), {
      mode: 0o600,
    })
    this.#counted = bytes
  }

  /** The record that an index was given to first; a later line that names it is one of two that were written at once. */
  async #ownerOf(schemaId: Fr, statusIndex: number): Promise<IssuedRecord | undefined> {
    const found = await this.#find(`"statusIndex":${statusIndex}}`)
    return found.find((record) => record.schemaId === schemaId)
  }

  async #versionsOf({ schemaId, replaces }: IssueOrder): Promise<readonly IssuedRecord[]> {
    const versions: IssuedRecord[] = []
    for (const record of await this.#find(`"credId":"${replaces ?? ""}"`)) {
      if (record.schemaId !== schemaId) continue
      const owner = await this.#ownerOf(schemaId, record.statusIndex)
      if (owner?.credId === replaces) versions.push(record)
    }
    return versions
  }

  async #find(needle: string): Promise<readonly IssuedRecord[]> {
    return (await findInJournal(journalFile(this.#dir), needle)).filter((event) => event.kind === "issued")
  }
}

/** Lists as counted up to `journalBytes`, with their own digest in the first line. */
async function encodeLists(dir: string, { lists }: IssuerState, journalBytes: number): Promise<string> {
  const text = new TextDecoder().decode(
    canonicalBytes({
      type: "sotto/issuer-lists/1",
      journalBytes,
      journalTail: await tailOf(dir, journalBytes),
      lists: [...lists].map(([schemaId, { number, used, words }]) => {
        return { schemaId, number, used: encodeBase64Url(used), words: encodeWords(words) }
      }),
    }),
  )
  return `${sha256(text)}\n${text}`
}

/** Takes the kept lists over and answers the journal's length they count; 0 when there are none to be trusted. */
async function restoreLists(dir: string, state: IssuerState): Promise<number> {
  if (!(await exists(listsFile(dir)))) return 0
  const file = new TextDecoder().decode(await readInput(listsFile(dir)))
  const text = file.slice(65)
  if (file.slice(0, 65) !== `${sha256(text)}\n`) return 0 // they only spare reading: the journal says it all
  const { journalBytes, journalTail, lists } = parseIssuerLists(text)
  const { size } = await stat(journalFile(dir))
  if (size < journalBytes || (await tailOf(dir, journalBytes)) !== journalTail) {
    throw new CliError("issuer-state-damaged", "the journal has lost records that were issued: restore it")
  }
  for (const { schemaId, number, used, words } of lists) {
    const bitmap = decodeBase64Url(used)
    if (bitmap === null) throw new RangeError("the lists were parsed")
    state.lists.set(schemaId, restoreList(number, bitmap, decodeWords(words)))
  }
  return journalBytes
}

async function tailOf(dir: string, journalBytes: number): Promise<string> {
  const start = Math.max(0, journalBytes - TAIL_BYTES)
  return sha256(await readJournalBytes(journalFile(dir), start, journalBytes - start))
}

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex")
