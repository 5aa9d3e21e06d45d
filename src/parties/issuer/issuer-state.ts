// sotto/issuer-state/1: what an issuer must not forget. A lost index could be given twice, and a lost revocation undone.
import { utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { parseFr } from "../../protocol/primitives/field.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { parseDay } from "../../protocol/credential/calendar.ts"
import {
  decodeWords,
  encodeWords,
  isRevoked,
  STATUS_BITS,
  STATUS_INDEXES,
} from "../../protocol/credential/status-list.ts"
import type { StatusWords } from "../../protocol/credential/status-list.ts"
import { canonicalText, parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { parseIssuerEntry } from "../../protocol/wire/credential.ts"
import type { IssuerEntry } from "../../protocol/wire/credential.ts"
import { IssuerError } from "./issuer-error.ts"
import { readMembers } from "./state-members.ts"

/** The list of one schema. Its bits are the same in every registry that lists the issuer's key. */
export interface IssuerList {
  readonly schemaId: Fr
  /** Rises with every revocation; 1 before the first. */
  readonly number: number
  /** A set bit is an index that was given to a record, once and for all. */
  readonly used: StatusWords
  readonly revoked: StatusWords
}

/** One signed record, without what it says: the issuer's own files hold that. */
export interface IssuedRecord {
  /** The entitlement; records of one entitlement replace each other. */
  readonly credId: Fr
  readonly registry: string
  readonly schemaId: Fr
  readonly holder: Fr
  readonly statusIndex: number
  /** `YYYY-MM-DD`: since when this holder is bound, for schemas that say it. */
  readonly boundOn?: string
  /** Unix seconds. */
  readonly issuedAt: number
}

/** Everything an issuer keeps beside its keys, as one plain value. Private: it says which holders it knows. */
export interface IssuerState {
  /** The public entry, which is also the reference to the keys. */
  readonly entry: IssuerEntry
  readonly lists: readonly IssuerList[]
  readonly records: readonly IssuedRecord[]
}

const TYPE = "sotto/issuer-state/1"
/** Some 800,000 records of 300 bytes: a list at its limit. */
const LIMITS = { maxBytes: 256 * 1024 * 1024, maxString: 170_000 }

/** The list of a schema; empty, with number 1, before the first record. */
export function listOf(state: IssuerState, schemaId: Fr): IssuerList {
  const found = state.lists.find((list) => list.schemaId === schemaId)
  return found ?? { schemaId, number: 1, used: [], revoked: [] }
}

/** The state with the list of one schema replaced. */
export function withList(state: IssuerState, list: IssuerList): IssuerState {
  const others = state.lists.filter(({ schemaId }) => schemaId !== list.schemaId)
  return { ...state, lists: [...others, list] }
}

/** True when the bit of a record is set in the list of its schema. */
export function isRecordRevoked(state: IssuerState, { schemaId, statusIndex }: IssuedRecord): boolean {
  return isRevoked(listOf(state, schemaId).revoked, statusIndex)
}

/** The canonical bytes of a state. */
export function encodeIssuerState({ entry, lists, records }: IssuerState): Uint8Array {
  const document = {
    type: TYPE,
    entry,
    lists: lists.map((list) => ({
      ...list,
      used: encodeWords(list.used),
      revoked: encodeWords(list.revoked),
    })),
    records,
  }
  return utf8ToBytes(`${canonicalText(document as unknown as Json)}\n`)
}

/**
 * Reads a state strictly, and checks that it could have come about: every record has an index of its own that is noted
 * as used, and no index was revoked that was never used.
 * @throws IssuerError `malformed-issuer-state`, naming a member and never a value
 */
export function parseIssuerState(input: Uint8Array): IssuerState {
  try {
    const state = readState(parseStrictJson(input, LIMITS))
    assertSound(state)
    return state
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw malformed(`a part is ${cause.code}`, cause)
  }
}

function readState(document: Json): IssuerState {
  const state = members(document, ["type", "entry", "lists", "records"])
  if (state.text("type") !== TYPE) throw malformed("another type or version")
  return {
    entry: parseIssuerEntry(state.json("entry")),
    lists: state.list("lists", readList),
    records: state.list("records", readRecord),
  }
}

function readList(value: Json): IssuerList {
  const list = members(value, ["schemaId", "number", "used", "revoked"])
  return {
    schemaId: parseFr(list.text("schemaId")),
    number: list.count("number"),
    used: decodeWords(list.text("used")),
    revoked: decodeWords(list.text("revoked")),
  }
}

function readRecord(value: Json): IssuedRecord {
  const names = ["credId", "registry", "schemaId", "holder", "statusIndex", "boundOn?", "issuedAt"]
  const record = members(value, names)
  const boundOn = Object.hasOwn(value as object, "boundOn") ? record.text("boundOn") : undefined
  if (boundOn !== undefined && parseDay(boundOn) === null) throw malformed("boundOn is no day")
  return {
    credId: parseFr(record.text("credId")),
    registry: record.text("registry"),
    schemaId: parseFr(record.text("schemaId")),
    holder: parseFr(record.text("holder")),
    statusIndex: record.count("statusIndex"),
    ...(boundOn === undefined ? {} : { boundOn }),
    issuedAt: record.count("issuedAt"),
  }
}

function assertSound(state: IssuerState): void {
  const places = new Set(
    state.records.map(({ schemaId, statusIndex }) => {
      // A set bit of `used` reads like a revocation of it; the eight bits that do not exist do too.
      const isIndex = statusIndex < STATUS_INDEXES && statusIndex % 256 < STATUS_BITS
      if (!isIndex || !isRevoked(listOf(state, schemaId).used, statusIndex)) {
        throw malformed("statusIndex is not noted as used")
      }
      return `${schemaId} ${statusIndex}`
    }),
  )
  if (places.size !== state.records.length) throw malformed("an index was given twice")
  if (new Set(state.lists.map(({ schemaId }) => schemaId)).size !== state.lists.length) {
    throw malformed("two lists of one schema")
  }
  for (const { number, used, revoked } of state.lists) {
    const isStray = revoked.some((word, position) => (word & ~(used[position] ?? 0n)) !== 0n)
    if (number < 1 || isStray) throw malformed("a list has bits of no record")
  }
}

const members = (value: Json, names: readonly string[]) => readMembers(value, "malformed-issuer-state", names)

function malformed(message: string, cause?: unknown): IssuerError {
  return new IssuerError("malformed-issuer-state", message, cause === undefined ? {} : { cause })
}
