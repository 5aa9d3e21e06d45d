// `sotto vote cast`: a ballot made, shown, cast or challenged, and its receipt checked; one that was cut off is settled first.
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { describeBallot } from "../parties/wallet/ballot-consent.ts"
import type { BallotConsent } from "../parties/wallet/ballot-consent.ts"
import { findTurn, keepUnsettled, makeBallot } from "../parties/wallet/cast-ballot.ts"
import type { Turn } from "../parties/wallet/cast-ballot.ts"
import { encodeHandedBallot } from "../parties/wallet/challenge-ballot.ts"
import { enrolmentsOf, voterSecretOf } from "../parties/wallet/enrol.ts"
import { findOwnLeaf } from "../parties/wallet/own-leaf.ts"
import type { PreparedBallot } from "../parties/wallet/prepare-ballot.ts"
import { checkSurvey, surveyOf, withSurvey } from "../parties/wallet/survey-guard.ts"
import type { AskedSurvey, SurveyFinding } from "../parties/wallet/survey-guard.ts"
import type { WalletStore } from "../parties/wallet/store.ts"
import { workOf } from "../parties/wallet/voting.ts"
import { marksOf } from "../protocol/election/ballot-types.ts"
import type { Selection } from "../protocol/election/ballot-family.ts"
import type { CensusPlace } from "../protocol/election/leaves-file.ts"
import type { Ballot } from "../protocol/wire/ballot.ts"
import { canonicalBytes } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import { loadCircuit } from "./circuit-artifacts.ts"
import type { ElectionReader, ElectionReading } from "./election-log-source.ts"
import type { ReadCensus } from "./election-census.ts"
import { CliError } from "./exit.ts"
import { tell } from "./output.ts"
import { askYes } from "./passphrase.ts"
import { openServiceClient } from "./service-client.ts"
import type { ServiceClient } from "./service-client.ts"
import { random } from "./service-state.ts"
import { openElection, ownPolicy, report } from "./vote-parts.ts"
import type { ElectionOptions } from "./vote-parts.ts"
import { settle } from "./vote-settle.ts"
import { showBallot } from "./vote-words.ts"
import { withWallet } from "./with-wallet.ts"
import type { WalletOptions } from "./with-wallet.ts"
import { openCommandProver } from "./prover.ts"

/** Options of `vote cast`. */
export interface CastOptions extends WalletOptions, ElectionOptions {
  readonly choose?: string
  readonly grade?: readonly string[]
  readonly order?: string
  readonly challenge?: string
  readonly save?: string
  readonly receipt?: string
  readonly yes?: true
}

/** A place to vote from: everything was checked. */
interface Booth {
  readonly store: WalletStore
  readonly client: ServiceClient
  readonly reader: ElectionReader
  readonly reading: ElectionReading & { readonly census: ReadCensus }
  readonly options: CastOptions
}

/** The voter in this election. */
interface Voter {
  readonly secret: bigint
  readonly weight: number
  readonly place: CensusPlace
  readonly turn: Turn
}

/** Votes. @param election - the id, which pins the election; @throws CliError, ElectionError, AgentError, SelectionError */
export async function castVote(election: string, options: CastOptions): Promise<void> {
  await withWallet(options, async (store) => {
    const booth = await enter(election, store, options)
    const { reading } = booth
    const { unsettled } = workOf(store.current().voting, reading.log.electionId)
    if (unsettled !== undefined) {
      tell("A ballot of yours was sent and its receipt never checked: it is sent again, byte for byte.")
      await settle({ ...booth, policy: ownPolicy(store) }, unsettled)
      return
    }
    const selection = parseSelection(options)
    const marks = marksOf(reading.log.definition, selection)
    const voter = findVoter(booth)
    const survey = guardSurvey(booth)
    showBallot(consentOf(booth, voter, marks, survey?.finding ?? null))
    if (options.yes !== true && !(await askYes("Make this ballot?"))) {
      report(options, { made: false, cast: false }, ["Nothing was made, nothing was sent."])
      return
    }
    const prepared = await make(booth, voter, selection)
    tell(`Ballot ${prepared.ballotHash}`)
    await decide(booth, prepared, voter, survey?.asked ?? null)
  })
}

async function enter(election: string, store: WalletStore, options: CastOptions): Promise<Booth> {
  const client = openServiceClient(options.service)
  const reader = await openElection(client, election, ownPolicy(store), options)
  const reading = await reader.read()
  const { census } = reading
  if (census === null) throw new CliError("refused", "election-not-open: it is not defined yet")
  if (election.length === 64 && /[a-f]|^0/.test(election))
    tell(
      `You named a ceremony. Compare the election's id with one from a second channel: ${reading.log.electionId}`,
    )
  return { store, client, reader, reading: { ...reading, census }, options }
}

// The newest of the own leaves that the frozen census holds: a replacement may have come too late.
function findVoter({ store, reading }: Booth): Voter {
  const { log, census } = reading
  const wallet = store.current()
  const { built } = census.freeze
  for (const enrolment of enrolmentsOf(wallet, log.definition.census.id)) {
    const own = findOwnLeaf(enrolment, built.records, built.tree, log.definition.census.root)
    if (!own.found) continue
    const secret = voterSecretOf(wallet, enrolment)
    const turn = findTurn(log, secret, workOf(wallet.voting, log.electionId))
    if (!turn.ok) throw new CliError("refused", turn.reason)
    return { secret, weight: own.weight, place: own.place, turn: turn.value }
  }
  const { id } = log.definition.census
  throw new CliError("refused", `your leaf is not in the census ${id}: see sotto vote leaf`)
}

function guardSurvey({
  store,
  reading,
}: Booth): { readonly asked: AskedSurvey; readonly finding: SurveyFinding } | null {
  const { log, census } = reading
  if (log.definition.kind !== "survey") return null
  const { definition, electionId } = log
  const asked = { definition, electionId, organizer: log.ceremony.organizer.key, plan: census.plan.body }
  const finding = checkSurvey(store.current().voting, asked)
  if (finding.isTooSmall) throw new CliError("refused", "survey-too-small: nobody hides among fewer than 30")
  return { asked, finding }
}

function consentOf(
  { reading: { log, census } }: Booth,
  { weight, turn }: Voter,
  marks: readonly boolean[],
  survey: SurveyFinding | null,
): BallotConsent {
  return describeBallot({
    definition: log.definition,
    plan: census.plan.body,
    marks,
    weight,
    weights: census.freeze.built.records,
    trustees: log.n,
    threshold: log.t,
    ...turn,
    survey,
  })
}

async function make(
  { store, reading: { log } }: Booth,
  { secret, weight, place, turn }: Voter,
  selection: Selection,
): Promise<PreparedBallot> {
  const { definition, electionId } = log
  const { id } = definition.circuit
  const artifacts = await loadCircuit(id, { cache: process.env["SOTTO_CACHE"] })
  const prover = await openCommandProver(new Map([[id, artifacts]]), { threads: 1 })
  try {
    const wish = { definition, voterSecret: secret, weight, place, selection, sequence: turn.sequence }
    return await makeBallot(wish, electionId, store, prover.prove, random)
  } finally {
    await prover.close()
  }
}

// The hash was shown before anybody answers here. With --yes and --challenge the device was told beforehand: for scripts.
async function decide(
  booth: Booth,
  prepared: PreparedBallot,
  { turn }: Voter,
  survey: AskedSurvey | null,
): Promise<void> {
  const { store, options } = booth
  const { ballot, ballotHash } = prepared
  const isCast =
    options.yes === true
      ? options.challenge === undefined
      : await askYes("Cast it? (no: it is not cast, ever)")
  if (!isCast) {
    await challenge(prepared, options)
    return
  }
  if (survey !== null) {
    const wallet = store.current()
    await store.replace({ ...wallet, voting: withSurvey(wallet.voting, surveyOf(survey)) })
  }
  await keepUnsettled(store, ballot)
  if (options.save === undefined) {
    await settle({ ...booth, policy: ownPolicy(store), foreign: turn.foreign }, ballot)
    return
  }
  await saveBallot(options.save, ballot)
  report(options, { made: true, cast: false, ballotHash, file: options.save }, [
    `Written to ${options.save}: anybody may hand it in with sotto vote submit. Call sotto vote cast again to check its receipt.`,
  ])
}

async function challenge(prepared: PreparedBallot, options: CastOptions): Promise<void> {
  const { ballotHash } = prepared
  const file = options.challenge
  if (file !== undefined) await writeFileDurably(file, encodeHandedBallot(prepared), { mode: 0o600 })
  report(
    options,
    { made: true, cast: false, challenged: file !== undefined, ballotHash, file: file ?? null },
    [
      `This ballot is not cast and never will be: ${ballotHash}`,
      ...(file === undefined
        ? []
        : [
            `Take ${file} to another device: sotto vote check ${file}. It must show this hash and your marks.`,
            "The file proves what you marked: delete it afterwards. Then vote again.",
          ]),
    ],
  )
}

const saveBallot = (path: string, ballot: Ballot): Promise<void> =>
  writeFileDurably(path, canonicalBytes(ballot as unknown as Json))

/** A selection in the words of the options. @throws CliError `option-invalid` unless exactly one kind is said */
export function parseSelection({
  choose,
  grade,
  order,
}: Pick<CastOptions, "choose" | "grade" | "order">): Selection {
  if ([choose, grade, order].filter((option) => option !== undefined).length !== 1)
    throw new CliError("option-invalid", "say your vote in one way: --choose, --grade or --order")
  const ids = (text: string): readonly string[] => (text === "" ? [] : text.split(",").map((id) => id.trim()))
  if (choose !== undefined) return { chosen: ids(choose) }
  if (order !== undefined) return { order: ids(order) }
  const grades = (grade ?? []).map((text): readonly [string, number] => {
    const found = /^([^=]+)=([0-9]{1,2})$/.exec(text)
    if (found === null) throw new CliError("option-invalid", "--grade wants item=number")
    return [found[1] ?? "", Number(found[2])]
  })
  if (new Set(grades.map(([item]) => item)).size !== grades.length)
    throw new CliError("option-invalid", "an item is graded twice")
  return { grades: Object.fromEntries(grades) }
}
