import { z } from "zod"
import { counter, digest, name } from "../../../protocol/wire/scalars.ts"
import type { Contract } from "../../http/contract.ts"
import { base64, bytesOf, hex64, indexedEntry, OCTETS, receipt } from "./shapes.ts"

const TEXT = bytesOf("text/plain; charset=utf-8")
const log = z
  .strictObject({
    log: z.string().regex(/^(?:main|[0-9a-f]{32})$/),
    origin: z.string(),
    key: z.string(),
    size: counter,
    published: counter,
    state: z.enum(["running", "halted"]),
  })
  .meta({ id: "Log" })

export const checkpoint: Contract = {
  summary: "The newest signed checkpoint (C2SP)",
  answers: { 200: TEXT },
  refusals: [],
}
export const atClose: Contract = {
  summary: "The first checkpoint that a quorum of cosigners dated after the end of voting",
  answers: { 200: TEXT },
  refusals: [],
}
export const tile: Contract = { summary: "A tile (C2SP)", answers: { 200: OCTETS }, refusals: [] }
export const listLogs: Contract = {
  summary: "The logs of this service",
  answers: { 200: z.strictObject({ logs: z.array(log) }) },
  refusals: [],
}
export const readLog: Contract = { summary: "One log", answers: { 200: log }, refusals: [] }
export const listEntries: Contract = {
  summary: "Entries from an index on, of one kind if wanted",
  answers: { 200: z.strictObject({ size: counter, entries: z.array(indexedEntry).max(256) }) },
  refusals: [],
}
export const readEntry: Contract = { summary: "One entry", answers: { 200: indexedEntry }, refusals: [] }
export const readReceipt: Contract = {
  summary: "The receipt of an entry, without what opens it",
  answers: { 200: receipt },
  alternatives: [TEXT],
  refusals: [],
}
export const readConsistency: Contract = {
  summary: "The proof that one size of the log extends another",
  answers: { 200: z.strictObject({ from: counter, to: counter, hashes: z.array(base64).max(128) }) },
  refusals: [],
}
export const wellKnown: Contract = {
  summary: "What this service is and under which keys it speaks: a hint, trust is pinned out of band",
  answers: {
    200: z.strictObject({
      origin: z.string(),
      ledger: z.strictObject({ origin: z.string(), key: z.string() }),
      requestKey: z.string(),
      registries: z.array(z.strictObject({ id: name, key: z.string() })),
      circuits: z.array(
        z.strictObject({
          id: z.string(),
          vkey: digest,
          ceremony: z.string(),
          files: z.array(
            z.strictObject({ file: z.enum(["wasm", "zkey", "vkey"]), sha256: hex64, bytes: counter }),
          ),
        }),
      ),
    }),
  },
  refusals: [],
}
export const artifact: Contract = {
  summary: "A file of a circuit under its digest",
  answers: { 200: OCTETS },
  alternatives: [bytesOf("application/wasm"), bytesOf("application/json")],
  refusals: [],
}
export const health: Contract = {
  summary: "The event loop turns",
  answers: { 200: z.strictObject({}) },
  refusals: [],
}
const failing = z.strictObject({ failing: z.array(z.string()) })
export const readiness: Contract = {
  summary: "Whether calls can succeed now; names of failing checks, no values",
  answers: { 200: failing, 503: failing },
  refusals: [],
}
