// An issuer's status lists in memory: one per schema, an index never given twice.
import type { RandomBytes } from "../../protocol/credential/holder.ts"
import { setStatus, STATUS_BITS, STATUS_INDEXES } from "../../protocol/credential/status-list.ts"
import type { StatusWords } from "../../protocol/credential/status-list.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { USED_BYTES } from "../../protocol/wire/issuer-state.ts"
import type { IssuerEvent, IssuerKeys } from "../../protocol/wire/issuer-state.ts"
import { IssuerError } from "./issuer-error.ts"

/** One schema's list. Owned by its state: `applyEvent` alone changes it. */
export interface IssuerList {
  /** Number of the last list that was signed; 0 before the first. */
  number: number
  /** Records ever issued. */
  issued: number
  /** Bit i % 8 of byte i / 8 is set when index i was given, or is one of the eight of each word that do not exist. */
  readonly used: Uint8Array
  /** The revoked bits. */
  words: StatusWords
}

/** An issuer at work: its keys, and its lists by schema. A fold of its journal. */
export interface IssuerState {
  readonly keys: IssuerKeys
  readonly lists: Map<Fr, IssuerList>
}

/** Indexes that exist: 248 of every 256. */
const CAPACITY = (STATUS_INDEXES / 256) * STATUS_BITS
/** Above this share a random draw takes long, and a full list cannot re-issue: a new entry of the same operator is due. */
const MAX_SHARE = 0.8
/** At that share a draw fails with 0.81: a thousand in a row mean that the randomness repeats itself. */
const MAX_DRAWS = 1000

/**
 * An unused index, drawn at random: the order of issue does not show in it. It is taken once its event is applied.
 * @throws IssuerError `status-list-full`
 */
export function drawStatusIndex(state: IssuerState, schemaId: Fr, randomBytes: RandomBytes): number {
  const list = state.lists.get(schemaId) ?? EMPTY
  if (list.issued >= CAPACITY * MAX_SHARE)
    throw new IssuerError("status-list-full", "over 80 % of the list is used")
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const [high = 0, middle = 0, low = 0] = randomBytes(3)
    const index = ((high << 16) | (middle << 8) | low) % STATUS_INDEXES // 2^24 is a multiple of 2^20: no bias
    if (!isUsed(list, index)) return index
  }
  throw new RangeError("the source of randomness repeats itself")
}

/**
 * What an event does to the lists. An index that an earlier event gave is not given again: of two processes that wrote at
 * once the first counts, and the second hands nothing out.
 */
export function applyEvent({ lists }: IssuerState, event: IssuerEvent): void {
  const list = lists.get(event.schemaId) ?? emptyList()
  lists.set(event.schemaId, list)
  if (event.kind === "published") {
    list.number = Math.max(list.number, event.number)
  } else if (event.kind === "revoked") {
    list.words = setStatus(list.words, event.statusIndex, true)
  } else if (!isUsed(list, event.statusIndex)) {
    setUsed(list.used, event.statusIndex)
    list.issued++
  }
}

/** A list from its kept parts. @param used - taken over, not copied */
export function restoreList(number: number, used: Uint8Array, words: StatusWords): IssuerList {
  let taken = 0
  for (const byte of used) for (let bits = byte; bits > 0; bits &= bits - 1) taken++
  return { number, issued: taken - (STATUS_INDEXES - CAPACITY), used, words }
}

const EMPTY = emptyList()

function emptyList(): IssuerList {
  const used = Uint8Array.from({ length: USED_BYTES }, (_, i) => ((8 * i) % 256 >= STATUS_BITS ? 0xff : 0))
  return { number: 0, issued: 0, used, words: [] }
}

const isUsed = ({ used }: IssuerList, index: number): boolean =>
  (((used[index >> 3] ?? 0) >> (index & 7)) & 1) === 1

function setUsed(used: Uint8Array, index: number): void {
  used[index >> 3] = (used[index >> 3] ?? 0) | (1 << (index & 7))
}
