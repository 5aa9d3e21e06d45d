// The verb of voters against a running service, with real proofs: enrolled, cast, cast again, challenged, cut off.
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Trust } from "../../src/protocol/wire/credential.ts"
import { createWalletFile, openWalletFile } from "../../src/agent/wallet-file.ts"
import { parseSelection } from "../../src/cli/vote-cast.ts"
import { voteCommand } from "../../src/cli/vote.ts"
import { enrol } from "../../src/parties/wallet/enrol.ts"
import { createWallet } from "../../src/parties/wallet/wallet.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { deriveVoterSecret } from "../../src/protocol/primitives/voter.ts"
import { codeOf } from "../support/code-of.ts"
import { runVerb } from "../support/run-verb.ts"
import { KEYS, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"
import { serveElection } from "../support/served-election.ts"
import type { ServedElection } from "../support/served-election.ts"

const SEED = new Uint8Array(32).fill(9)
const LONG = 120_000
let service: TestService
let served: ServedElection
let folder: string
const at = (name: string): string => join(folder, name)

const vote = async (verb: string, ...args: readonly string[]) => {
  const own = ["--wallet", at("wallet"), "--passphrase-file", at("pass")]
  const remote = verb === "history" ? [] : ["--service", service.url]
  const wallet = ["check", "submit"].includes(verb) ? [] : own
  const ran = await runVerb(voteCommand(), verb, ...remote, ...wallet, "--json", ...args)
  return { ...ran, json: ran.error === null ? (JSON.parse(ran.text) as Record<string, unknown>) : {} }
}
const cast = (...args: readonly string[]) =>
  vote("cast", served.election.electionId, "--allow-dev-keys", "--yes", ...args)

beforeAll(async () => {
  service = await startTestService()
  let censusId = ""
  const secretOf = (v: number, id: string): bigint | null => {
    censusId = id
    return v === 0 ? deriveVoterSecret(SEED, id, 0) : null
  }
  served = await serveElection(service, { secretOf })
  folder = await mkdtemp(join(tmpdir(), "sotto-vote-"))
  await writeFile(at("pass"), "correct horse battery staple\n", { mode: 0o600 })
  const policy = `log ${encodeVerifierKey(KEYS.log)}\nquorum none\n`
  const trust: Trust = { type: "sotto/trust/1", policy, registries: [], k: 5 }
  await writeFile(at("policy"), policy)
  const { wallet } = enrol(
    createWallet(trust, () => SEED),
    censusId,
  )
  await (await createWalletFile(at("wallet"), "correct horse battery staple", wallet)).close()
}, 180_000)
afterAll(async () => {
  await service.remove()
  await rm(folder, { recursive: true, force: true })
})

describe("sotto vote", () => {
  it("finds the own leaf in the frozen census", { timeout: LONG }, async () => {
    const { json, code } = await vote("leaf", served.election.definition.census.id)
    expect([code, json]).toEqual([0, expect.objectContaining({ state: "frozen", found: true, weight: 1 })])
  })

  it("casts, and D16: a later ballot takes the place of the first", { timeout: LONG }, async () => {
    const first = await cast("--choose", "ben")
    expect([first.code, first.json]).toEqual([
      0,
      expect.objectContaining({ cast: true, sequence: 1, anotherDevice: false }),
    ])
    const second = await cast("--choose", "ann")
    expect(second.json).toMatchObject({ cast: true, sequence: 2, anotherDevice: false })
    expect(second.json["ballotHash"]).not.toBe(first.json["ballotHash"])
    const history = await vote("history")
    expect(history.json).toMatchObject({ elections: [{ cast: 2, unsettled: false }] })
  })

  it("C3: refuses an id that is not the election's", { timeout: LONG }, async () => {
    const other = await vote("cast", "7", "--allow-dev-keys", "--yes", "--choose", "ben")
    expect(other.error).toBe("service-refused")
  })

  it("refuses development keys unless it is told that this is a rehearsal", { timeout: LONG }, async () => {
    const { error } = await vote("cast", served.election.electionId, "--yes", "--choose", "ben")
    expect(error).toBe("log-inconsistent")
  })

  it(
    "D15: hands a challenged ballot to a second device, which shows it and gives it up",
    { timeout: LONG },
    async () => {
      const made = await cast("--choose", "cem", "--challenge", at("handed"))
      expect(made.json).toMatchObject({ cast: false, challenged: true })
      expect((await stat(at("handed"))).mode & 0o077).toBe(0)
      const check = (...more: readonly string[]) =>
        vote("check", at("handed"), "--policy", at("policy"), "--allow-dev-keys", ...more)
      const shown = await check("--give-up")
      expect(shown.json).toMatchObject({
        opened: true,
        ballotHash: made.json["ballotHash"],
        marked: ["CEM"],
        givenUp: true,
      })
      const text = await readFile(at("handed"), "utf8")
      const { ballot } = JSON.parse(text) as { readonly ballot: unknown }
      await writeFile(at("burnt"), JSON.stringify(ballot))
      expect((await vote("submit", at("burnt"))).json).toMatchObject({
        submitted: false,
        reason: "randomness-reused",
      })
      const marks = /"marks":\[0,0,1/
      await writeFile(at("handed"), text.replace(marks, '"marks":[0,1,0'))
      const caught = await check()
      expect([caught.code, caught.json]).toEqual([1, { opened: false, reason: "opening-refused" }])
    },
  )

  it(
    "sends a ballot that was cut off again, byte for byte, before it makes another",
    { timeout: LONG },
    async () => {
      const saved = await cast("--choose", "ben", "--save", at("ballot"))
      expect(saved.json).toMatchObject({ made: true, cast: false })
      const unsettled = async () => {
        const file = await openWalletFile(at("wallet"), "correct horse battery staple")
        const { voting } = file.current()
        await file.close()
        return voting.elections[0]?.unsettled
      }
      expect(JSON.parse(await readFile(at("ballot"), "utf8"))).toEqual(await unsettled())
      const taken = await vote("submit", at("ballot"))
      const again = await cast("--choose", "cem")
      expect(again.json).toMatchObject({ cast: true, ballotHash: saved.json["ballotHash"], sequence: 3 })
      expect(String(again.json["index"])).toBe(taken.json["index"])
      expect(await unsettled()).toBeUndefined()
    },
  )
})

describe("a vote in words", () => {
  it("is said in one way", () => {
    expect(parseSelection({ choose: "a, b" })).toEqual({ chosen: ["a", "b"] })
    expect(parseSelection({ choose: "" })).toEqual({ chosen: [] })
    expect(parseSelection({ order: "a,b" })).toEqual({ order: ["a", "b"] })
    expect(parseSelection({ grade: ["a=2", "b=0"] })).toEqual({ grades: { a: 2, b: 0 } })
    const wrong = [{}, { choose: "a", order: "b" }, { grade: ["a"] }, { grade: ["a=1", "a=2"] }]
    for (const options of wrong) expect(codeOf(() => parseSelection(options))).toBe("option-invalid")
  })
})
