import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { parseReceipt } from "../../src/protocol/log/receipt.ts"
import { demo } from "../support/demo-run.ts"

const ROOT = resolve(import.meta.dirname, "../..")
const DATA = resolve(ROOT, process.env["SOTTO_DATA"] ?? "../shared/data")
const THREE_DOSES = join(DATA, "smart-health-cards", "covid-vaccines-bundle.json")

/** Seconds differ from run to run; everything else that the README shows must not. */
function withoutTimes(text: string): string {
  return text.replaceAll(/ *[0-9.]+ s(?=[\])])/g, "N s").trimEnd()
}

describe("the whole story, each step a process of its own", () => {
  it("accepts once, refuses the copy, the revoked record and the unvaccinated patient", async () => {
    const { status, facts, prose } = await demo()
    expect(status).toBe(0)
    const readme = await readFile(join(ROOT, "README.md"), "utf8")
    const shown = /```text\n(Evaluation date[\s\S]*?)```/.exec(readme)?.[1] ?? ""
    expect(withoutTimes(prose)).toContain(withoutTimes(shown))
    expect(facts).toMatchObject({
      verdict: "accepted",
      statement: "vaccination-status/1",
      replayed: "request-answered",
      answersReceivedByService: 2,
      revoked: { late: "registry-stale", again: "already-revoked" },
      unvaccinated: { reason: "not-satisfied", sent: false },
    })
    expect(parseReceipt(JSON.stringify(facts["receipt"])).kindVersion.kind).toBe("presentation")
  })

  it("says which code refuses a record at intake", async () => {
    const { status, facts } = await demo("--record", "test/samples/refused/not-done.json")
    expect(status).toBe(1)
    expect(facts).toMatchObject({ verdict: "refused-by-issuer", reason: "dose-not-given", sent: false })
  })
})

if (!existsSync(THREE_DOSES)) {
  if ((process.env["SOTTO_REQUIRE"] ?? "").includes("data"))
    throw new Error(`no third-party records under ${DATA}`)
  console.warn(`SKIPPED: the demo on a real record, since there is nothing at ${THREE_DOSES}`)
}
// Two more stories of some minutes: for the long form.
describe.runIf(process.env["SOTTO_FULL"] === "1" && existsSync(THREE_DOSES))(
  "a real bundle of three doses without series numbers",
  () => {
    it("is accepted 40 days after the last dose", async () => {
      const { status, facts } = await demo("--record", THREE_DOSES, "--as-of", "2022-10-15")
      expect(status).toBe(0)
      expect(facts).toMatchObject({ verdict: "accepted", statement: "vaccination-count/1" })
      expect(facts["receipt"]).toBeDefined()
    })

    it("is refused by the wallet itself 497 days after the last dose, and nothing is sent", async () => {
      const { status, facts } = await demo("--record", THREE_DOSES, "--as-of", "2024-01-15")
      expect(status).toBe(0)
      expect(facts).toMatchObject({ verdict: "refused-by-wallet", reason: "not-satisfied", sent: false })
      expect(facts["answersReceivedByService"]).toBe(0)
    })
  },
)
