import { z } from "zod"
import type { CatalogueItem } from "../../../protocol/catalogue/catalogue.ts"
import { schemaShape, statement, valueSetShape } from "../../../protocol/wire/statement.ts"
import { verifierShape } from "../../../protocol/wire/presentation-request.ts"
import { digest } from "../../../protocol/wire/scalars.ts"
import type { Contract } from "../../http/contract.ts"
import { hex64, receipt } from "./shapes.ts"

const items = z.strictObject({
  items: z.array(z.strictObject({ id: z.string(), sha256: z.union([digest, hex64]) })),
})
const DOCUMENTS = {
  schema: schemaShape.meta({ id: "Schema" }),
  statement: statement.meta({ id: "Statement" }),
  "value-set": valueSetShape.meta({ id: "ValueSet" }),
} as const
const WORDS = { schema: "schemas", statement: "statements", "value-set": "value sets" } as const

/** The list of one section. */
export const listItems = (type: CatalogueItem["type"]): Contract => ({
  summary: `Ids and digests of ${WORDS[type]}`,
  answers: { 200: items },
  refusals: [],
})

/** One document with its receipt. */
export const readItem = (type: CatalogueItem["type"]): Contract => ({
  summary: `One of the ${WORDS[type]}, as anchored`,
  answers: { 200: z.strictObject({ document: DOCUMENTS[type], receipt }) },
  refusals: ["statement-withdrawn"],
})

const verifier = verifierShape.meta({ id: "VerifierRecord" })
/** The directory. */
export const listVerifiers: Contract = {
  summary: "Verifiers whose records are active",
  answers: { 200: z.strictObject({ verifiers: z.array(verifier) }) },
  refusals: [],
}
/** One record of it. */
export const readVerifier: Contract = {
  summary: "One verifier's record with the receipt of its entry",
  answers: { 200: z.strictObject({ document: verifier, receipt }) },
  refusals: [],
}
