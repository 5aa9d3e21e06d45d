import type { Schema } from "../../wire/statement.ts"

/** One pack of a medicine, a bearer record: whoever holds the printed secret can answer. A recall sets status bits. */
export const MEDICINE_PACK_1: Schema = {
  type: "sotto/schema/1",
  name: "medicine-pack",
  version: 1,
  subject: "self",
  bearer: true,
  attributes: [
    { name: "product", type: "code", open: true },
    { name: "batch", type: "code" },
    { name: "expiresOn", type: "date", minWidth: 30 },
    { name: "packedOn", type: "date", minWidth: 30, optional: true },
    { name: "market", type: "code", optional: true },
    { name: "serial", type: "string" },
  ],
}
