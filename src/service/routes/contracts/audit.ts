import { z } from "zod"
import { draftShape } from "../../../protocol/wire/presentation-request.ts"
import { name, requestId } from "../../../protocol/wire/scalars.ts"
import type { Contract } from "../../http/contract.ts"
import { seconds } from "./shapes.ts"

const { purpose, links, items } = draftShape.shape
const asking = z
  .strictObject({
    request: requestId,
    verifier: z.strictObject({ id: name, name: z.string() }),
    purpose,
    askedAt: seconds,
    expiresAt: seconds,
    links,
    items,
    verdict: z.enum(["open", "satisfied", "expired"]),
  })
  .meta({ id: "Asking" })

export const listAskings: Contract = {
  summary: "Who asked what, when, and with which verdict, newest first; never about whom",
  answers: { 200: z.strictObject({ requests: z.array(asking).max(50), before: requestId.optional() }) },
  refusals: [],
}
