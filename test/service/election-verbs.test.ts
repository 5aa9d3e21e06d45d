// An election by the command line alone, against a running service: ceremony, census, question, opening, votes, decryption
// by two of three after the third lost everything, result, bundle, audit.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Command } from "commander"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { auditCommand } from "../../src/cli/audit.ts"
import { electionCommand } from "../../src/cli/election.ts"
import { openElection } from "../../src/cli/election-options.ts"
import { registrarCommand } from "../../src/cli/registrar.ts"
import { trusteeCommand } from "../../src/cli/trustee.ts"
import { ballotConstants } from "../../src/protocol/election/ballot-constants.ts"
import { buildBallotInput } from "../../src/protocol/election/ballot-input.ts"
import { censusPath } from "../../src/protocol/election/census-tree.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { drawScalar } from "../../src/protocol/primitives/scalar.ts"
import { deriveVoterCommitment } from "../../src/protocol/primitives/voter.ts"
import { runVerb } from "../support/run-verb.ts"
import { KEYS, START, startTestService, VERIFIER } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"
import { seededBytes } from "../support/seeded-bytes.ts"
import { openSimulator } from "../support/simulated-proof.ts"

const VOTERS = 12
const TRUSTEES = ["ann", "ben", "cem"]
const CLOSES = START + 4000

let service: TestService
let folder = ""
const at = (name: string): string => join(folder, name)
beforeAll(async () => {
  service = await startTestService()
  folder = await mkdtemp(join(tmpdir(), "sotto-verbs-"))
  await secret("passphrase", "a long passphrase of a trustee\n")
  await secret("api-key", service.apiKeys.organizer)
  await writeFile(at("policy"), `log ${encodeVerifierKey(KEYS.log)}\nquorum none\n`)
})
afterAll(async () => {
  await service.remove()
  await rm(folder, { recursive: true, force: true })
})

const secret = (name: string, text: string): Promise<void> => writeFile(at(name), text, { mode: 0o600 })

/** The JSON that a verb printed. @throws when it failed */
async function run(verb: () => Command, ...args: readonly string[]): Promise<any> {
  const ran = await runVerb(verb(), ...args)
  if (ran.code !== 0) throw new Error(`${args.join(" ")}: ${ran.text}`)
  return JSON.parse(ran.text)
}
async function describeAs(name: string, description: object): Promise<string> {
  await writeFile(at(name), JSON.stringify(description))
  return at(name)
}
const serviceAt = (): string[] => ["--service", service.url]
const organizer = (): string[] => ["--key", at("organizer.key"), "--api-key-file", at("api-key")]
const ofElection = (id: string): string[] => [
  ...serviceAt(),
  ...["--policy", at("policy"), "--election", id, "--allow-dev-keys"],
]
const asTrustee = (name: string): string[] => [
  ...["--file", at(`${name}.trustee`), "--passphrase-file", at("passphrase")],
]

/** Verbs of all trustees at the same time, as people sit together. */
async function together(names: readonly string[], args: (name: string) => readonly string[]): Promise<void> {
  const written = [
    vi.spyOn(process.stdout, "write").mockImplementation(() => true),
    vi.spyOn(process.stderr, "write").mockImplementation(() => true),
  ]
  try {
    await Promise.all(names.map((name) => trusteeCommand().parseAsync([...args(name)], { from: "user" })))
  } finally {
    for (const spy of written) spy.mockRestore()
  }
}

describe("an election by verbs", () => {
  const secrets = Array.from({ length: VOTERS }, (_, v) => (1n << 200n) + BigInt(v))
  let ceremonyId = ""
  let censusId = ""
  let electionId = ""

  it("begins with three trustees, who make its keys and their backups", { timeout: 600_000 }, async () => {
    await run(electionCommand, "key", "--name", "chess-club.example", "--out", at("organizer.key"))
    const trustees = []
    for (const name of TRUSTEES) {
      const { key } = await run(trusteeCommand, "init", ...asTrustee(name), "--name", `${name}.example`)
      trustees.push({ name, key })
    }
    const file = await describeAs("ceremony.json", {
      title: "Board",
      organizer: "Chess club",
      threshold: 2,
      trustees,
    })
    const begun = await run(electionCommand, "ceremony", file, ...serviceAt(), ...organizer(), "--json")
    ceremonyId = begun.ceremonyId
    await together(TRUSTEES, (name) => [
      "sit",
      ...ofElection(ceremonyId),
      ...asTrustee(name),
      "--backup",
      at(`${name}.backup`),
    ])
    expect(await run(electionCommand, "show", ...ofElection(ceremonyId), "--json")).toMatchObject({
      phase: "ceremony",
      size: 1 + 4 * 3,
    })
  })

  it("freezes a census that two registrars sign", { timeout: 120_000 }, async () => {
    const registrars = []
    for (const name of ["desk", "portal"]) {
      const { key } = await run(
        registrarCommand,
        "key",
        "--name",
        `${name}.example`,
        "--out",
        at(`${name}.key`),
      )
      registrars.push({ name, key })
    }
    const file = await describeAs("census.json", {
      ...{ title: "Members", organizer: "Chess club", registrars, verifier: VERIFIER },
      ...{ enrolmentOpensAt: START, enrolmentClosesAt: START + 100, objectionSeconds: 0, minSize: 10 },
    })
    censusId = (await run(electionCommand, "census", "plan", file, ...serviceAt(), ...organizer())).censusId
    const census = [...serviceAt(), "--census", censusId]
    for (const [v, voter] of secrets.entries()) {
      const member = ["--member", `m${v}`, "--commitment", deriveVoterCommitment(voter), "--roll", at("roll")]
      const { promise } = await run(registrarCommand, "enrol", ...census, "--key", at("desk.key"), ...member)
      expect(promise.censusId).toBe(censusId)
    }
    service.clock.now = START + 101
    const sign = ["freeze-sign", ...census, "--key"]
    await run(registrarCommand, ...sign, at("desk.key"), "--out", at("freeze-1"))
    await run(registrarCommand, ...sign, at("portal.key"), "--with", at("freeze-1"), "--out", at("freeze-2"))
    expect(await run(electionCommand, "census", "freeze", at("freeze-2"), ...serviceAt())).toMatchObject({
      size: VOTERS,
    })
  })

  it("opens once every trustee endorsed it and rehearsed from its backup", { timeout: 600_000 }, async () => {
    const options = ["yes", "no", "later"].map((id) => ({ id, label: id.toUpperCase() }))
    const file = await describeAs("election.json", {
      ...{ title: "New board", description: "Shall Ann chair it?", opensAt: START + 200, closesAt: CLOSES },
      ballot: { type: "single-choice", label: "Ann?", options, mayAbstain: true },
    })
    const define = ["define", file, ...ofElection(ceremonyId), "--census", censusId, ...organizer()]
    electionId = (await run(electionCommand, ...define, "--json")).electionId
    await together(TRUSTEES, (name) => ["endorse", ...ofElection(electionId), ...asTrustee(name), "--yes"])
    const early = await runVerb(electionCommand(), "open", ...ofElection(electionId), ...organizer())
    expect(early.error).toBe("service-refused")
    const wrong = ["rehearse", ...ofElection(electionId), ...asTrustee("ann"), "--wait", "0", "--backup"]
    expect((await runVerb(trusteeCommand(), ...wrong, at("lost.backup"))).code).toBe(1) // round 1, then it waits for others
    await together(TRUSTEES, (name) => [
      "rehearse",
      ...ofElection(electionId),
      ...asTrustee(name),
      "--backup",
      at(`${name}.backup`),
    ])
    await run(electionCommand, "open", ...ofElection(electionId), ...organizer())
  })

  it("counts after one trustee lost everything, and anybody can audit it", { timeout: 600_000 }, async () => {
    service.clock.now = START + 201
    await vote(electionId, secrets)
    await run(electionCommand, "mirror", ...ofElection(electionId), "--out", at("mirror-early"))
    await rm(at("cem.trustee"))
    await rm(at("cem.backup"))
    service.clock.now = CLOSES + 31
    await expect
      .poll(async () => (await run(electionCommand, "show", ...ofElection(electionId), "--json")).phase, {
        timeout: 60_000,
      })
      .toBe("closed")
    await run(electionCommand, "mirror", ...ofElection(electionId), "--out", at("mirror"))
    const decrypt = (name: string, place: string, ...more: string[]): string[] => [
      ...["decrypt", ...ofElection(electionId), ...asTrustee(name), "--also", at(place), ...more],
    ]
    for (const refused of [decrypt("ann", "mirror-early", "--accept-service-word"), decrypt("ann", "mirror")])
      expect((await runVerb(trusteeCommand(), ...refused)).error).toBe("refused")
    for (const name of ["ann", "ben"])
      expect(await run(trusteeCommand, ...decrypt(name, "mirror", "--accept-service-word"))).toMatchObject({
        sent: ["decryption-share"],
      })
    const again = await run(trusteeCommand, ...decrypt("ann", "mirror", "--accept-service-word"))
    expect(again).toMatchObject({ sent: [], waitingFor: "tally" })
    const result = await run(electionCommand, "tally", ...ofElection(electionId), ...organizer(), "--json")
    expect(result).toMatchObject({ counts: [6, 6, 0], trustees: [1, 2], counted: VOTERS })
    await run(electionCommand, "bundle", ...ofElection(electionId), "--out", at("bundle.zip"))
    const audited = await runVerb(
      auditCommand(),
      at("bundle.zip"),
      "--policy",
      at("policy"),
      "--allow-dev-keys",
      "--json",
    )
    expect(JSON.parse(audited.text)).toMatchObject({
      verdict: "valid",
      electionId,
      figures: { counts: [6, 6, 0] },
    })
    expect((await readFile(at("roll"), "utf8")).includes("m3")).toBe(true)
  })
})

/** Every voter casts one ballot, its proof forged under the development key: yes and no in turns. */
async function vote(electionId: string, secrets: readonly bigint[]): Promise<void> {
  const options = {
    service: service.url,
    policy: at("policy"),
    election: electionId,
    allowDevKeys: true,
  } as const
  const { log, census } = await (await openElection(options)).reader.read()
  const forge = await openSimulator(log.definition.circuit.id)
  const randomBytes = seededBytes("verbs")
  const { records, tree } = census!.freeze.built
  for (const [v, voterSecret] of secrets.entries()) {
    const commitment = deriveVoterCommitment(voterSecret)
    const leafIndex = records.findIndex((record) => record.commitment === commitment)
    const marks = Array.from({ length: 8 }, (_, bit) => bit === v % 2)
    const own = { voterSecret, weight: 1, leafIndex, path: censusPath(tree, leafIndex), marks }
    const constants = ballotConstants(log.definition)
    const input = buildBallotInput(log.definition.circuit.id, constants, 1, {
      ...own,
      randomness: drawScalar(randomBytes),
    })
    const ballot = { electionId: log.electionId, ...input.varying, proof: forge(input.expected) }
    const reply = await service.call("POST", "/v1/ballots", { body: ballot, idempotencyKey: null })
    if (reply.status !== 201) throw new Error(reply.text)
  }
}
