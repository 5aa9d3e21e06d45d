// What a service keeps and says of its voters: which lines, rows and answers hold what would tell who voted, how, or when.
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { i32 } from "../../src/protocol/primitives/big-endian.ts"
import { computeBallotHash } from "../../src/protocol/primitives/elgamal.ts"
import type { Ballot } from "../../src/protocol/wire/ballot.ts"
import { startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"
import { loggedEntries, pinBallotWindow, serveElection } from "../support/served-election.ts"
import type { ServedElection } from "../support/served-election.ts"

/** An address and a client that no other program has; the service must keep neither. */
const MARKED = {
  "user-agent": "MARKED-CLIENT/7.7",
  "x-forwarded-for": "203.0.113.77",
  "accept-language": "x-marked",
}
const CAST_AT = 1_012_345 // seconds, on the service's clock
const VOTERS = 24

let service: TestService
let served: ServedElection
let places: ReadonlyMap<string, Buffer>
const cast: { readonly ballot: Ballot; readonly rho: bigint; readonly v: number }[] = []
let challenged: { readonly ballot: Ballot; readonly rho: bigint }
let answers: string[]
/** Index in the log by order of arrival. */
let indices: readonly number[]

beforeAll(async () => {
  service = await startTestService({
    environment: { SOTTO_VERIFY_QUEUE: "512", SOTTO_VERIFY_MAX_WAIT_MS: "60000" },
  })
  served = await serveElection(service, { n: 2, voters: VOTERS })
  service.clock.now = CAST_AT
  for (let v = 0; v < VOTERS; v++) cast.push({ ...served.election.ballot(v, 1), v })
  challenged = served.election.ballot(0, 2)
  // One window that ends when all of them wait for it, in the order in which they came to wait.
  const { origin } = served.election.sources
  const far = { batchWindowSeconds: 1e9, closesAtUnixSeconds: Math.floor(Date.now() / 1000) + 3600 }
  const setWindow = await pinBallotWindow(service, origin, far)
  const arrived: string[] = []
  const ledger = service.parts.ledger as { admit: typeof service.parts.ledger.admit }
  const { admit } = ledger
  ledger.admit = (log, draft) => {
    const admission = admit(log, draft)
    if (draft.entry?.kind === "ballot") arrived.push(draft.entry.nullifier)
    if (arrived.length === VOTERS) void setWindow(origin, { ...far, closesAtUnixSeconds: 0 })
    return admission
  }
  const replies = []
  for (const { ballot } of cast)
    replies.push(service.call("POST", "/v1/ballots", { body: ballot, headers: MARKED, idempotencyKey: null }))
  const done = await Promise.all(replies)
  expect(new Set(done.map(({ status }) => status))).toEqual(new Set([201]))
  const indexOf = new Map(
    done.map(({ json }, v) => [hexOf(cast[v]!.ballot.nullifier), json.receipt.logIndex as number]),
  )
  indices = arrived.slice(0, VOTERS).map((nullifier) => indexOf.get(nullifier)!)
  const body = served.election.challenged(challenged)
  const told = await service.call("POST", "/v1/challenged-ballots", {
    body,
    headers: MARKED,
    idempotencyKey: null,
  })
  expect(told.status).toBe(201)
  answers = [...done, told].map(({ text, headers }) => text + JSON.stringify([...headers]))
  places = new Map([
    ["database and ledger files", await filesUnder(service.folder)],
    ["log lines", Buffer.from(service.logLines.join("\n"))],
    ["answers", Buffer.from(answers.join("\n"))],
  ])
}, 300_000)
afterAll(() => service.remove())

const hexOf = (decimal: string): string => BigInt(decimal).toString(16).padStart(64, "0")

async function filesUnder(path: string): Promise<Buffer> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))))
}

/** A number as it could stand anywhere. */
function spellings(n: bigint): readonly Buffer[] {
  const bytes = Buffer.from(i32(n))
  const texts = [
    String(n),
    n.toString(16),
    bytes.toString("base64").slice(0, 40),
    bytes.toString("base64url").slice(0, 40),
  ]
  return [bytes, Buffer.from(bytes).reverse(), ...texts.map((text) => Buffer.from(text))]
}
const holds = (place: string, needles: readonly Buffer[]): boolean =>
  needles.some((needle) => places.get(place)!.includes(needle))
const PLACES = ["database and ledger files", "log lines", "answers"]

describe("D7: a ballot tied to an address or a moment", () => {
  it("is not in the order of arrival within its window", () => {
    const tau = kendall(indices)
    // Under random order tau has mean 0 and a deviation of 0.147 for 24: beyond 0.75 lies one shuffle in three million.
    expect(Math.abs(tau)).toBeLessThan(0.75)
    expect(kendall(indices.map((_, i) => i))).toBe(1)
    const ballots = [...indices].sort((a, b) => a - b)
    expect(ballots.at(-1)! - ballots[0]!).toBe(VOTERS - 1)
  })

  it("is in one batch with the others of its window: no head of the log lies between two of them", async () => {
    const sizes = answers
      .slice(0, VOTERS)
      .map((text) => /\/elections\/[0-9a-f]{32}\\n(\d+)\\n/.exec(text)?.[1])
    expect(sizes[0]).toMatch(/^\d+$/)
    expect(new Set(sizes).size).toBe(1)
    expect((await loggedEntries(service, served, "ballot")).length).toBe(VOTERS)
  })

  it.each(PLACES)("leaves neither address nor client in %s", (place) => {
    const marks = ["MARKED-CLIENT", "203.0.113.77", "x-marked", "127.0.0.1"].map((text) => Buffer.from(text))
    for (const mark of marks) expect(holds(place, [mark]), String(mark)).toBe(false)
  })

  it("leaves no moment of voting in database, ledger and answers, and no ballot in a line that has one", () => {
    for (const place of ["database and ledger files", "answers"])
      expect(
        holds(place, [
          Buffer.from(String(CAST_AT)),
          Buffer.from(new Date(CAST_AT * 1000).toISOString().slice(0, 16)),
        ]),
        place,
      ).toBe(false)
    const lines = places.get("log lines")!
    expect(lines.includes('"route":"/v1/ballots"')).toBe(true)
    for (const { ballot } of cast) {
      const hash = Buffer.from(computeBallotHash(ballot))
      for (const needle of [...spellings(BigInt(ballot.nullifier)), Buffer.from(hash.toString("hex"))])
        expect(lines.includes(needle)).toBe(false)
    }
  })
})

describe("D9, D21: randomness, secrets and marks", () => {
  it.each(PLACES)("of cast and of challenged ballots are not in %s", (place) => {
    const { voters } = served.election.census
    const secrets = [...cast.map(({ rho }) => rho), challenged.rho, ...voters.map(({ secret }) => secret)]
    expect(secrets).toHaveLength(2 * VOTERS + 1)
    for (const secret of secrets) expect(holds(place, spellings(secret))).toBe(false)
    for (const word of ["marks", "randomness", "voterSecret", "rho"])
      expect(holds(place, [Buffer.from(`"${word}"`)]), word).toBe(false)
  })

  it("were searched where they could be: what a ballot does bring is found", () => {
    const { nullifier, R } = challenged.ballot
    for (const value of [nullifier, R[0]]) {
      expect(holds("database and ledger files", [Buffer.from(hexOf(value))])).toBe(true)
    }
    expect(holds("log lines", [Buffer.from('"route":"/v1/challenged-ballots"')])).toBe(true)
  })

  it("are in no entry of a challenged ballot: it has the members of a ballot, T and z", async () => {
    const [entry] = await loggedEntries(service, served, "challenged-ballot")
    const members = Object.keys(JSON.parse(entry!.bytes.toString()) as object)
    expect(members).toEqual(["C", "R", "T", "kind", "nullifier", "proof", "sequence", "v", "z"])
  })

  it("are refused at the door where a client sends them along", async () => {
    const { ballot, rho } = served.election.ballot(1, 2)
    const opening = { marks: [true, false, false], randomness: String(rho), weight: 1 }
    for (const [path, body] of [
      ["/v1/challenged-ballots", { ...served.election.challenged({ ballot, rho }), ...opening }],
      ["/v1/ballots", { ...ballot, ...opening }],
    ] as const) {
      const reply = await service.call("POST", path, { body, idempotencyKey: null })
      expect(reply).toMatchObject({ status: 400, code: "ballot-malformed" })
      for (const needle of spellings(rho)) expect(Buffer.from(reply.text).includes(needle)).toBe(false)
    }
    expect(spellings(rho).some((needle) => service.logLines.join("").includes(needle.toString()))).toBe(false)
  })
})

describe("D17: a person, a leaf or a roll number turned into a nullifier", () => {
  it("is what no document allows: no download of the census holds a nullifier, no entry a leaf or what leads to one", async () => {
    const { census, definition } = served.election
    const base = `/v1/censuses/${definition.census.id}`
    const downloads = await Promise.all(
      ["", "/leaves", "/commitments", "/evidence"].map(async (part) => {
        const response = await fetch(service.url + base + part)
        expect(response.status).toBe(200)
        return Buffer.from(await response.arrayBuffer())
      }),
    )
    const of = Buffer.concat(downloads)
    for (const { ballot } of cast)
      for (const needle of spellings(BigInt(ballot.nullifier))) expect(of.includes(needle)).toBe(false)
    expect(of.includes(Buffer.from(i32(BigInt(census.voters[0]!.commitment))))).toBe(true)
    const log = Buffer.concat((await loggedEntries(service, served)).map(({ bytes }) => bytes))
    for (const { body } of census.leaves) {
      for (const needle of [...spellings(BigInt(body.commitment)), Buffer.from(body.rollCommitment)])
        expect(log.includes(needle)).toBe(false)
    }
  })

  it("is what no route answers: nothing can be asked by a nullifier, a leaf, a commitment or a roll number", async () => {
    const { census, electionId, definition } = served.election
    const { body } = census.leaves[0]!
    const { nullifier } = cast[0]!.ballot
    const roots = [`/v1/elections/${electionId}`, `/v1/censuses/${definition.census.id}`, "/v1"]
    const things = [
      "voters",
      "nullifiers",
      "ballots",
      "receipts",
      "leaves",
      "leaves/0",
      "paths",
      "enrolments",
    ]
    for (const root of roots)
      for (const thing of things)
        for (const value of [nullifier, body.commitment, body.rollCommitment]) {
          const reply = await service.call("GET", `${root}/${thing}/${value}`)
          expect(reply.status, `${root}/${thing}`).toBeGreaterThanOrEqual(400)
          expect(reply.text).not.toContain(nullifier)
        }
    const described = await service.call("GET", `/v1/elections/${electionId}`)
    expect(described.text).not.toContain(nullifier)
  })
})

/** Kendall's tau between a sequence and its own order: 1 sorted, -1 reversed, near 0 unrelated. */
function kendall(values: readonly number[]): number {
  let sum = 0
  for (const [i, a] of values.entries()) for (const b of values.slice(i + 1)) sum += Math.sign(b - a)
  return sum / ((values.length * (values.length - 1)) / 2)
}
