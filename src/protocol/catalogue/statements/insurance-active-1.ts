import type { Statement } from "../../wire/statement.ts"

/** Cover and nothing else: neither payer nor plan nor amounts. */
export const INSURANCE_ACTIVE_1: Statement = {
  type: "sotto/statement/1",
  id: "insurance-active/1",
  title: { en: "Covered by a health plan on a date" },
  schema: "coverage/1",
  subject: "self",
  where: {
    all: [
      { field: "periodStart", atMost: { param: "on" } },
      { field: "periodEnd", atLeast: { param: "on" } },
    ],
  },
}
