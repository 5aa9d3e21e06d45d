import type { Statement } from "../../wire/statement.ts"

/** Recovery counts while the certificate says so, and never longer than 180 days: Regulation (EU) 2021/953. */
export const RECOVERY_CERTIFICATE_1: Statement = {
  type: "sotto/statement/1",
  id: "recovery-certificate/1",
  title: { en: "Recovered from COVID-19, first positive test 11 to 180 days ago" },
  schema: "recovery/1",
  subject: "self",
  where: {
    all: [
      { field: "disease", eq: "http://snomed.info/sct|840539006" },
      { field: "firstPositiveOn", between: ["today-P180D", "today-P11D"] },
      { field: "usableFrom", atMost: "today" },
      { field: "usableUntil", atLeast: "today" },
    ],
  },
}
