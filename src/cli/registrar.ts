// `sotto registrar`: enrolling members of a named census, and signing its freeze.
import { Command } from "commander"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { cosignLeaf, enrolMember, signFreeze } from "../parties/organizer/enrol-member.ts"
import { checkLeaf } from "../protocol/election/census-documents.ts"
import { parseFr } from "../protocol/primitives/field.ts"
import { encodeVerifierKey } from "../protocol/primitives/note-key.ts"
import type { SigningKey } from "../protocol/primitives/note-key.ts"
import { canonicalBytes, canonicalText, parseStrictJson } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import { parseCensus, parseCensusLeaf, parseCensusPlan } from "../protocol/wire/census.ts"
import type { CensusBodies, CensusDocument } from "../protocol/wire/census.ts"
import { drawKey, random, readKey } from "./election-options.ts"
import type { KeyOptions } from "./election-options.ts"
import { CliError } from "./exit.ts"
import { exists, readInput } from "./files.ts"
import { print, tell } from "./output.ts"
import { openRoll } from "./registrar-roll.ts"
import { openServiceClient } from "./service-client.ts"
import type { ServiceClient } from "./service-client.ts"

interface CensusOptions {
  readonly service: string
  readonly census: string
}

/** The `registrar` verb. */
export function registrarCommand(): Command {
  const command = new Command("registrar").description(
    "enrol members of a named census, and sign what it froze to",
  )
  command
    .command("key")
    .description("make a registrar's signing key: a private file; two of them make a census")
    .requiredOption("--name <name>", "without spaces, such as desk.chess-club.example")
    .requiredOption("--out <file>", "where to write it")
    .action(drawKey)
  ofCensus(command.command("enrol"))
    .description("give a member, whom you have authenticated, a place in the census")
    .requiredOption("--key <file>", "your signing key")
    .requiredOption("--member <id>", "the member in your roll; auditors alone will see it")
    .requiredOption("--commitment <number>", "from the member's wallet, by `sotto vote enrol`")
    .requiredOption("--roll <file>", "your secret file of salts, made when missing: keep it for auditors")
    .option("--weight <n>", "of a weighted census", "1")
    .option("--replaces <number>", "the commitment that this one replaces; then another registrar co-signs")
    .option("--objection", "enrolment is over and an objection is upheld; then another registrar co-signs")
    .option("--out <file>", "write the service's promise, or the leaf to co-sign, to this file")
    .action(enrol)
  ofCensus(command.command("co-sign"))
    .description("sign a leaf that another registrar began, and hand it in")
    .argument("<leaf>", "the file from the other registrar")
    .requiredOption("--key <file>", "your signing key")
    .action(coSign)
  ofCensus(command.command("freeze-sign"))
    .description("sign the frozen census, after enrolment; the second signature makes it whole")
    .requiredOption("--key <file>", "your signing key")
    .option("--with <file>", "the file that another registrar signed before you")
    .requiredOption("--out <file>", "where to write it")
    .action(freezeSign)
  return command
}

interface EnrolOptions extends CensusOptions, KeyOptions {
  readonly member: string
  readonly commitment: string
  readonly roll: string
  readonly weight: string
  readonly replaces?: string
  readonly objection?: true
  readonly out?: string
}

async function enrol(options: EnrolOptions): Promise<void> {
  const client = openServiceClient(options.service)
  const plan = await planOf(client, options.census)
  const roll = await openRoll(options.roll, random)
  const member = {
    id: options.member,
    commitment: parseFr(options.commitment),
    weight: Number(options.weight),
    ...(options.replaces === undefined ? {} : { replaces: parseFr(options.replaces) }),
  }
  const document = enrolMember(
    plan.body,
    member,
    await roll.saltOf(options.census, options.member),
    await keyOf(options, plan),
  )
  if (member.replaces !== undefined || options.objection === true) {
    if (options.out === undefined)
      throw new CliError("option-invalid", "two registrars sign this one: name --out FILE for the other")
    await writeFileDurably(options.out, canonicalBytes(document as unknown as Json))
    tell(`Another registrar signs it: sotto registrar co-sign ${options.out}`)
    print({ rollCommitment: document.body.rollCommitment, handedIn: false })
    return
  }
  await handInLeaf(client, document, options.out)
}

async function coSign(file: string, options: CensusOptions & KeyOptions): Promise<void> {
  const client = openServiceClient(options.service)
  const plan = await planOf(client, options.census)
  const document = cosignLeaf(parseCensusLeaf(await readInput(file)), await keyOf(options, plan))
  const verdict = checkLeaf(document, plan.body)
  if (!verdict.ok) throw new CliError("refused", `the leaf is refused: ${verdict.reason} ${verdict.at ?? ""}`)
  await handInLeaf(client, document)
}

async function handInLeaf(
  client: ServiceClient,
  document: CensusDocument<"census-leaf">,
  out?: string,
): Promise<void> {
  const { censusId, rollCommitment } = document.body
  const path = `/v1/censuses/${censusId}/leaves/${rollCommitment}`
  const answer = await client.write("PUT", path, canonicalBytes(document as unknown as Json))
  const { promise } = answer as { readonly promise?: Json }
  // The member keeps the promise: with it a missing leaf is proof of misconduct.
  if (out !== undefined && promise !== undefined) await writeFileDurably(out, canonicalText(promise))
  print({ censusId, rollCommitment, promise })
}

interface FreezeOptions extends CensusOptions, KeyOptions {
  readonly with?: string
  readonly out: string
}

async function freezeSign(options: FreezeOptions): Promise<void> {
  const client = openServiceClient(options.service)
  const plan = await planOf(client, options.census)
  const { freeze } = await factsOf(client, options.census)
  if (freeze === undefined)
    throw new CliError("service-refused", "enrolment is open, or the census is frozen")
  const earlier = options.with === undefined ? null : parseCensus(await readInput(options.with))
  if (earlier !== null && canonicalText(earlier.body) !== canonicalText(freeze))
    throw new CliError("refused", "the other registrar signed another census than the service shows you")
  if (await exists(options.out)) throw new CliError("file-exists", `${options.out} exists already`)
  const body = freeze as unknown as CensusBodies["census"]
  const document = signFreeze(body, earlier?.signatures ?? [], await keyOf(options, plan))
  parseCensus(canonicalBytes(document as unknown as Json)) // the service's word has no shape until it was read
  await writeFileDurably(options.out, canonicalBytes(document as unknown as Json))
  const { size, totalWeight, root } = body
  tell(
    `Signed: ${size} places, total weight ${totalWeight}. Compare size and root with the other registrars.`,
  )
  print({ size, totalWeight, root, signatures: document.signatures.length })
}

async function keyOf(
  { key: path }: KeyOptions,
  { body }: CensusDocument<"census-plan">,
): Promise<SigningKey> {
  const key = await readKey(path)
  const text = encodeVerifierKey(key)
  if (!body.registrars.some((registrar) => registrar.key === text))
    throw new CliError("refused", "the census does not name your key as a registrar's")
  return key
}

async function planOf(client: ServiceClient, census: string): Promise<CensusDocument<"census-plan">> {
  const { plan } = await factsOf(client, census)
  return parseCensusPlan(canonicalBytes(plan ?? {}))
}

async function factsOf(
  client: ServiceClient,
  census: string,
): Promise<Readonly<Record<string, Json | undefined>>> {
  const bytes = await client.get(`/v1/censuses/${encodeURIComponent(census)}`)
  const value = parseStrictJson(bytes, { maxBytes: 1024 * 1024, maxDepth: 18, maxString: 64 * 1024 })
  return typeof value === "object" && !Array.isArray(value) ? (value as Readonly<Record<string, Json>>) : {}
}

function ofCensus(command: Command): Command {
  return command
    .requiredOption("--service <origin>", "the service that keeps the census")
    .requiredOption("--census <id>", "the census")
}
