import type { Statement } from "../../wire/statement.ts"

/** Asked with a credential-bound `once` nullifier: the treatment is the claim, and it is made once. */
export const TREATMENT_CLAIM_1: Statement = {
  type: "sotto/statement/1",
  id: "treatment-claim/1",
  title: { en: "A treatment of some kind in a period, at most so expensive" },
  schema: "treatment/1",
  subject: "self",
  where: {
    all: [
      { field: "service", in: { param: "services" } },
      { field: "performedOn", between: [{ param: "from" }, { param: "to" }] },
      { field: "amount", atMost: { param: "ceiling" }, unit: "urn:iso:std:iso:4217|USD" },
    ],
  },
}
