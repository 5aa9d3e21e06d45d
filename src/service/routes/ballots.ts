// POST /v1/ballots and /v1/challenged-ballots: L1 to L12 in order; nothing is written before L12.
import { computeBallotHash } from "../../protocol/primitives/elgamal.ts"
import { encodeBase64Url, hexToBytes } from "../../protocol/primitives/bytes.ts"
import { parseFr } from "../../protocol/primitives/field.ts"
import { checkBallotShape } from "../../protocol/election/ballot-check.ts"
import type { ElectionLog } from "../../protocol/election/election-log.ts"
import type { ElectionEntry } from "../../protocol/log/entry.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import {
  ballotEntryOf,
  challengedEntryOf,
  MAX_BALLOT_BYTES,
  MAX_SEQUENCE,
  parseBallot,
  parseChallengedBallot,
} from "../../protocol/wire/ballot.ts"
import type { Ballot } from "../../protocol/wire/ballot.ts"
import { Problem } from "../http/problem.ts"
import { jsonAnswer } from "../http/route.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import { placeAnswer, refusalOf } from "./election-control.ts"
import * as contracts from "./contracts/elections.ts"
import type { RouteDeps } from "./route-deps.ts"

type BallotEntry = Extract<ElectionEntry, { kind: "ballot" | "challenged-ballot" }>

/** Where ballots are handed in; anybody may hand in anybody's. */
export function ballotRoutes(deps: RouteDeps): readonly Route[] {
  const post = {
    method: "post",
    who: "anyone",
    idempotency: "natural",
    maxBodyBytes: MAX_BALLOT_BYTES,
  } as const
  return [
    {
      ...post,
      path: "/v1/ballots",
      contract: contracts.postBallot,
      handle: (call) => {
        const ballot = parseBallot(call.body) // L1
        return postBallot(deps, call, ballot, ballotEntryOf(ballot))
      },
    },
    {
      ...post,
      path: "/v1/challenged-ballots",
      contract: contracts.postChallengedBallot,
      handle: (call) => {
        const ballot = parseChallengedBallot(call.body) // L1
        return postBallot(deps, call, ballot, challengedEntryOf(ballot))
      },
    },
    {
      method: "get",
      who: "anyone",
      idempotency: "read",
      maxBodyBytes: 0,
      path: "/v1/elections/:election/receipts/:ballotHash",
      contract: contracts.readBallotReceipt,
      handle: (call) => readReceipt(deps, call),
    },
  ]
}

async function postBallot(deps: RouteDeps, call: Call, ballot: Ballot, entry: BallotEntry): Promise<Answer> {
  const arrivedAt = deps.now() // the request is complete; what the look-ups below take is not the voter's delay
  const row = await deps.replays.find({ electionId: ballot.electionId })
  if (row === null) throw new Problem("election-unknown") // L2
  const log = await deps.replays.upToDate(row.origin)
  const first = await firstReceipt(deps, call, log, row.origin, ballot, entry.kind)
  if (first !== null) return first // L3, also after the close
  checkTime(log, arrivedAt) // L4
  const shape = checkBallotShape(ballot, log.definition) // L5, L6: an entry has no room for a longer sequence
  if (!shape.ok) throw refusalOf(shape)
  const verdict = log.check(entry, canonicalBytes(entry)) // L7 to L9
  if (!verdict.ok) throw ballotProblem(log, ballot, verdict)
  const proven = await deps.verification.verifyBallot({ ballot, definition: log.definition }, call) // L6 of the proof, L10
  if (!proven.ok) throw new Problem(proven.reason)
  const admission = await deps.ledger.admit(row.origin, { entry }) // L11, L12
  if (!admission.ok && admission.reason === "sequence-mismatch") {
    throw ballotProblem(await deps.replays.upToDate(row.origin), ballot, admission)
  }
  return placeAnswer(admission)
}

/** The receipt of a ballot that the log holds with this kind; null when it does not. */
async function firstReceipt(
  deps: RouteDeps,
  call: Call,
  log: ElectionLog,
  origin: string,
  ballot: Ballot,
  kind: BallotEntry["kind"],
): Promise<Answer | null> {
  if (ballot.sequence > MAX_SEQUENCE) return null
  const hash = computeBallotHash(ballot)
  // The ballot is its own key: a random identifier that follows it would be one more thing to link by.
  if (call.idempotencyHeader !== null && call.idempotencyHeader !== encodeBase64Url(hash))
    throw new Problem("idempotency-key-mismatch")
  const index = log.phase === "ceremony" ? undefined : log.ballotIndex(kind, hash)
  if (index === undefined) return null
  const receipt = await deps.ledger.receipt(origin, index)
  return receipt === null ? null : jsonAnswer({ receipt: receipt as unknown as Json })
}

/** @throws Problem `election-not-open`, `election-closed`, `election-void` */
function checkTime(log: ElectionLog, now: number): void {
  if (log.phase === "void") throw new Problem("election-void")
  if (log.phase === "closed" || log.phase === "tallied") throw new Problem("election-closed")
  if (log.phase !== "open" || now < log.opensAt) throw new Problem("election-not-open")
  if (now >= log.closesAt) throw new Problem("election-closed")
}

/** A refusal; one about the sequence says which number comes next, as every reader of the log can see. */
function ballotProblem(
  log: ElectionLog,
  ballot: Ballot,
  verdict: { readonly reason: Problem["code"]; readonly at?: string },
): Problem {
  if (verdict.reason !== "sequence-mismatch") return refusalOf(verdict)
  return new Problem("sequence-mismatch", { detail: `expected ${log.lastSequence(ballot.nullifier) + 1}` })
}

async function readReceipt(deps: RouteDeps, { params }: Call): Promise<Answer> {
  const { election = "", ballotHash = "" } = params
  if (!/^[0-9a-f]{64}$/.test(ballotHash))
    throw new Problem("malformed-request", { detail: "expected a ballot's hash" })
  const row = await deps.replays.find({ electionId: parseFr(election) })
  if (row === null) throw new Problem("election-unknown")
  const log = await deps.replays.upToDate(row.origin)
  const hash = hexToBytes(ballotHash)
  const index = log.ballotIndex("ballot", hash) ?? log.ballotIndex("challenged-ballot", hash)
  const receipt = index === undefined ? null : await deps.ledger.receipt(row.origin, index)
  if (receipt === null) throw new Problem("not-found")
  return jsonAnswer({ receipt: receipt as unknown as Json })
}
