import type { Statement } from "../../wire/statement.ts"

/** Recalled packs have their status bit set; the list is for batches under suspicion, up to sixteen. */
export const MEDICINE_BATCH_1: Statement = {
  type: "sotto/statement/1",
  id: "medicine-batch/1",
  title: { en: "Genuine pack, not expired, of no batch under suspicion" },
  schema: "medicine-pack/1",
  subject: "self",
  where: {
    all: [
      { field: "product", in: { param: "products" } },
      { field: "expiresOn", atLeast: "today" },
      { not: { field: "batch", in: { param: "suspects" } } },
    ],
  },
}
