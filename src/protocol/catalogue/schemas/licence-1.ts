import type { Schema } from "../../wire/statement.ts"

/** A licence to practise. `standing` is the board's own statement on the day of issue; suspension is a status bit. */
export const LICENCE_1: Schema = {
  type: "sotto/schema/1",
  name: "licence",
  version: 1,
  subject: "self",
  attributes: [
    { name: "profession", type: "code", open: true },
    { name: "jurisdiction", type: "code", open: true },
    { name: "standing", type: "code", open: true },
    { name: "issuedOn", type: "date", minWidth: 365 },
    { name: "expiresOn", type: "date", openEnd: true, minWidth: 30 },
    { name: "specialty", type: "code", optional: true },
    { name: "licenceNumber", type: "string" },
    { name: "boundOn", type: "date", minWidth: 30 },
  ],
}
