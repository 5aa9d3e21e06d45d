// The status lists inside an issuer's state: one per schema, an index never given twice.
import type { RandomBytes } from "../../protocol/credential/holder.ts"
import {
  decodeWords,
  encodeWords,
  setStatus,
  STATUS_BITS,
  STATUS_INDEXES,
} from "../../protocol/credential/status-list.ts"
import { bytesToBigint } from "../../protocol/primitives/bytes.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { IssuerState } from "../../protocol/wire/issuer-state.ts"
import { IssuerError } from "./issuer-error.ts"

/** Indexes that exist: 248 of every 256. */
const CAPACITY = (STATUS_INDEXES / 256) * STATUS_BITS
/** Above this share a random draw takes long, and a full list cannot re-issue: a new entry of the same operator is due. */
const MAX_SHARE = 0.8
/** At that share a draw fails with 0.81: a thousand in a row mean that the randomness repeats itself. */
const MAX_DRAWS = 1000

/**
 * An unused index, drawn at random: the order of issue does not show in it.
 * @throws IssuerError `status-list-full`
 */
export function drawStatusIndex(state: IssuerState, schemaId: Fr, randomBytes: RandomBytes): number {
  const used = new Set(
    state.issued.filter((record) => record.schemaId === schemaId).map((r) => r.statusIndex),
  )
  if (used.size >= CAPACITY * MAX_SHARE)
    throw new IssuerError("status-list-full", "over 80 % of the list is used")
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const index = Number(bytesToBigint(randomBytes(4)) % BigInt(STATUS_INDEXES)) // 2^32 is a multiple of 2^20: no bias
    if (index % 256 < STATUS_BITS && !used.has(index)) return index
  }
  throw new RangeError("the source of randomness repeats itself")
}

/** The state with one bit of a schema's list set. */
export function withRevoked(state: IssuerState, schemaId: Fr, statusIndex: number): IssuerState {
  const list = listOf(state, schemaId)
  const words = encodeWords(setStatus(decodeWords(list.words), statusIndex, true))
  return {
    ...state,
    lists: [...state.lists.filter((other) => other.schemaId !== schemaId), { ...list, words }],
    issued: state.issued.map((record) =>
      record.schemaId === schemaId && record.statusIndex === statusIndex
        ? { ...record, isRevoked: true }
        : record,
    ),
  }
}

/** A schema's list; an empty one, numbered 0, before the first is signed. */
export function listOf(state: IssuerState, schemaId: Fr): IssuerState["lists"][number] {
  return state.lists.find((list) => list.schemaId === schemaId) ?? { schemaId, number: 0, words: "" }
}
