// Shapes that several answers are made of. Where a document is signed or anchored, its own reader's shape stands here.
import { z } from "zod"
import { entryShape } from "../../../protocol/log/entry.ts"
import { receiptShape } from "../../../protocol/log/receipt.ts"
import { openingShape, presentationShape } from "../../../protocol/wire/presentation.ts"
import { requestShape } from "../../../protocol/wire/presentation-request.ts"
import { counter, fr } from "../../../protocol/wire/scalars.ts"

/** 64 hexadecimal digits. */
export const hex64 = z.string().regex(/^[0-9a-f]{64}$/)
/** Standard base64 with padding. */
export const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/)
/** A decimal count of seconds since 1970. */
export const seconds = z.int().min(0)

const { opening: _opening, request: _request, ...members } = receiptShape.shape
/** The longest entry of a log, 65,535 bytes, in base64; wallets read receipts of shorter ones only. */
const MAX_ENTRY_TEXT = 87_380
const publicReceipt = { ...members, canonicalizedBody: base64.max(MAX_ENTRY_TEXT) }
/** A receipt that anybody may see. */
export const receipt = z.strictObject(publicReceipt).meta({ id: "Receipt" })
/** A receipt with what opens it: for the holder and the verifier that asked. */
export const openedReceipt = z
  .strictObject({
    ...publicReceipt,
    opening: z.strictObject({ salt: hex64, body: openingShape }),
    request: requestShape.meta({ id: "PresentationRequest" }),
  })
  .meta({ id: "OpenedReceipt" })
/** A signed request. */
export const request = requestShape.meta({ id: "PresentationRequest" })
/** What a verifier may have checked again by anybody. */
export const evidence = z
  .strictObject({
    type: z.literal("sotto/evidence/1"),
    presentation: presentationShape.meta({ id: "Presentation" }),
    signals: z.array(z.array(z.array(fr).max(125)).max(8)).max(8),
  })
  .meta({ id: "Evidence" })
/** An entry as it was parsed, with its canonical bytes. */
export const indexedEntry = z
  .strictObject({ index: counter, entry: entryShape, bytes: base64 })
  .meta({ id: "IndexedEntry" })

/** An answer in bytes. */
export const bytesOf = (mediaType: string) => ({ mediaType })
/** Bytes that stand for themselves. */
export const OCTETS = bytesOf("application/octet-stream")
