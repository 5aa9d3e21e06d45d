// An election whose ceremony demands two of three cosigners, one of whom is down: it runs to its tally, the end of voting is
// dated by the others, and its bundle audits valid under an auditor's policy of the same two of three.
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { auditCommand } from "../../src/cli/audit.ts"
import { electionCommand } from "../../src/cli/election.ts"
import { untilCosigned } from "../../src/cli/cosigned-receipt.ts"
import { openServiceClient } from "../../src/cli/service-client.ts"
import { readSeenCheckpoint } from "../../src/parties/verifier/audit-steps/notes.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { parseReceipt } from "../../src/protocol/log/receipt.ts"
import { verifyReceipt } from "../../src/protocol/log/verify-receipt.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { ballotOfEntry } from "../../src/protocol/wire/ballot.ts"
import { startCosigner } from "../support/cosigner.ts"
import type { TestCosigner } from "../support/cosigner.ts"
import { runVerb } from "../support/run-verb.ts"
import { KEYS, START, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"
import { serveElection } from "../support/served-election.ts"
import type { ServedElection } from "../support/served-election.ts"
import { CLOSES_AT } from "../support/small-election.ts"
import type { SmallElection } from "../support/small-election.ts"

let service: TestService | undefined
let served: ServedElection
let folder = ""
let watchers = ""
const cosigners: TestCosigner[] = []
const now = (): number => service?.clock.now ?? START
const at = (name: string): string => join(folder, name)
const main = () => `log ${encodeVerifierKey(KEYS.log)}\n`
const running = (): TestService => {
  if (service === undefined) throw new Error("no service")
  return service
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sotto-cosigned-"))
  for (const n of [1, 2, 3]) cosigners.push(await startCosigner(n, [KEYS.log], now))
  const lines = cosigners.map(({ policyLine }) => policyLine)
  watchers = [...lines, "group watchers 2 c1 c2 c3", "quorum watchers", ""].join("\n")
  await cosigners[2]?.stop()
  const environment = { SOTTO_COSIGN_INTERVAL_MS: "50" }
  service = await startTestService({ environment, policy: parsePolicy(main() + watchers) })
  await writeFile(at("policy"), main() + watchers)
})
afterAll(async () => {
  await service?.remove()
  for (const cosigner of cosigners) await cosigner.remove().catch(() => undefined)
  await rm(folder, { recursive: true, force: true })
})

/** Everything between the opening and the first share: ballots, the close, its date. */
async function voteAndClose(election: SmallElection): Promise<void> {
  const { clock, call } = running()
  for (const { entry } of election.entries) {
    if (entry.kind !== "ballot") continue
    const body = ballotOfEntry(entry, election.electionId)
    const reply = await call("POST", "/v1/ballots", { body, idempotencyKey: null })
    if (reply.status !== 201) throw new Error(`${reply.status} ${reply.text}`)
  }
  const path = `/elections/${election.facts.ceremonyId.slice(0, 32)}`
  clock.now = CLOSES_AT + 31
  const log = `/v1/logs/${election.facts.ceremonyId.slice(0, 32)}/entries?kind=election-close`
  await expect.poll(async () => (await call("GET", log)).json.entries.length, { timeout: 30_000 }).toBe(1)
  expect((await call("GET", `${path}/at-close`)).status).toBe(404) // nobody dated it a minute after the end
  clock.now = CLOSES_AT + 61
  await expect.poll(async () => (await call("GET", `${path}/at-close`)).status, { timeout: 30_000 }).toBe(200)
}

describe("an election that two of three cosigners watch", () => {
  it("runs to its tally with one of them down", { timeout: 300_000 }, async () => {
    let hasVoted = false
    served = await serveElection(
      running(),
      { ceremony: { policy: watchers } },
      "tallied",
      async (entry, election) => {
        if (entry.kind !== "decryption-share" || hasVoted) return
        hasVoted = true
        await voteAndClose(election)
      },
    )
    const { call } = running()
    const log = served.path.split("/").at(-1) ?? ""
    await expect
      .poll(
        async () => {
          const { size, published } = (await call("GET", `/v1/logs/${log}`)).json
          return size - published
        },
        { timeout: 30_000 },
      )
      .toBe(0)
  })

  it("serves a checkpoint, a date of the close and receipts that meet the quorum", async () => {
    const policy = parsePolicy(main() + watchers)
    const { call, url } = running()
    for (const path of [`${served.path}/checkpoint`, `${served.path}/at-close`, "/ledger/checkpoint"]) {
      const bytes = new TextEncoder().encode((await call("GET", path)).text)
      const keys = [served.election.logKey, KEYS.log]
      const seen = readSeenCheckpoint(bytes, policy, (origin) => keys.filter(({ name }) => name === origin))
      expect({ path, hasQuorum: seen?.hasQuorum, lines: seen?.cosignatures.length }).toEqual({
        ...{ path, hasQuorum: true, lines: 2 },
      })
      if (!path.endsWith("at-close")) continue
      const times = seen?.cosignatures.map(({ timeUnixSeconds }) => timeUnixSeconds) ?? []
      expect(Math.min(...times)).toBeGreaterThanOrEqual(CLOSES_AT + 60)
    }
    const last = (await call("GET", "/v1/logs/main")).json.size - 1
    const early = (await call("GET", `/v1/logs/main/receipts/${last}?size=${last + 1}`)).json
    expect(verifyReceipt(early, policy)).toEqual({ ok: false, reason: "quorum-missing" })
    const upgraded = await untilCosigned(openServiceClient(url), parseReceipt(JSON.stringify(early)), policy)
    expect(verifyReceipt(upgraded, policy)).toMatchObject({ ok: true })
  })

  it("audits valid, and nothing rests on the service's word", { timeout: 300_000 }, async () => {
    const { url } = running()
    const own = ["--policy", at("policy"), "--election", served.election.electionId, "--allow-dev-keys"]
    const bundled = await runVerb(
      electionCommand(),
      ...["bundle", "--service", url, ...own, "--out", at("bundle.zip")],
    )
    expect(bundled.text).toContain(served.election.electionId)
    const audited = await runVerb(
      auditCommand(),
      ...[at("bundle.zip"), "--policy", at("policy"), "--allow-dev-keys", "--json"],
    )
    const { verdict, warnings } = JSON.parse(audited.text)
    expect({ verdict, warnings }).toEqual({ verdict: "valid", warnings: ["development-keys"] })
  })
})
