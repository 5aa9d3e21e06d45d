// `sotto trustee`: one of those who open the result together, and nothing else ever.
import { Command } from "commander"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { signExtension } from "../parties/trustee/sign-extension.ts"
import { createTrustee } from "../parties/trustee/trustee-state.ts"
import { encodeVerifierKey } from "../protocol/primitives/note-key.ts"
import { nextStep } from "../parties/trustee/next-step.ts"
import { readTime } from "./description-file.ts"
import { makeKey, openElection, random, reading } from "./election-options.ts"
import type { ReadOptions } from "./election-options.ts"
import { openServicePlace } from "./election-place.ts"
import { CliError, EXIT } from "./exit.ts"
import { fingerprintOf } from "./fingerprint.ts"
import { print, tell } from "./output.ts"
import { askPassphrase, askYes } from "./passphrase.ts"
import { decryptInSitting, openSecondPlace } from "./trustee-decrypt.ts"
import { createTrusteeFile, openTrusteeFile } from "./trustee-file.ts"
import { runSitting, workOf } from "./trustee-sitting.ts"
import type { Sitting, SittingReport } from "./trustee-sitting.ts"
import { definitionWords, fingerprintWords, stepWords } from "./trustee-words.ts"

interface FileOptions {
  readonly file: string
  readonly passphraseFile?: string
}
interface SitOptions extends ReadOptions, FileOptions {
  readonly backup?: string
  readonly wait: string
  readonly yes?: true
}

/** The `trustee` verb. */
export function trusteeCommand(): Command {
  const command = new Command("trustee").description(
    "keep a share of an election's key: three sittings\n\n" +
      "  1. sit        all trustees together, minutes: the keys come into being, each makes a backup\n" +
      "  2. endorse, rehearse   when the election is defined; rehearse reads the backup, so bring it\n" +
      "  3. decrypt    after the close: the sum is opened, never a single ballot",
  )
  filed(command.command("init"))
    .description("make a key file, sealed by a passphrase; prints the key that the organizer enters")
    .requiredOption("--name <name>", "without spaces, such as ann.trustees.example")
    .action(init)
  filed(command.command("key"))
    .description("the public key of a key file, and its fingerprint to read aloud")
    .action(showKey)
  sitting(command.command("sit"), "take part in the ceremony, with all other trustees at the same time")
    .requiredOption("--backup <file>", "the second copy of the key file: on another disk or stick")
    .action((options: SitOptions) => sit(options, JOIN))
  sitting(command.command("endorse"), "sign the election's definition, after this program checked all of it")
    .option("--yes", "endorse without being asked (for scripts)")
    .action((options: SitOptions) => sit(options, ENDORSE))
  sitting(
    command.command("rehearse"),
    "rehearse the decryption: once from the key file, once from the backup",
  )
    .requiredOption("--backup <file>", "the second copy; the second round works from it alone")
    .action((options: SitOptions) => sit(options, REHEARSE))
  sitting(command.command("decrypt"), "open the sum of the closed election, once")
    .requiredOption(
      "--also <place>",
      "a second source of the log: a folder (see `election mirror`) or an origin",
    )
    .option(
      "--accept-service-word",
      "believe the service alone about when voting ended (no cosigner dated it)",
    )
    .action(decrypt)
  filed(reading(command.command("extend"), "sign a later closing time that the organizer asks for"))
    .requiredOption("--closes-at <instant>", "such as 2026-05-04T18:00:00Z")
    .requiredOption("--out <file>", "for the organizer")
    .action(extend)
  filed(reading(command.command("status"), "what is next for this trustee; changes nothing")).action(status)
  return command
}

type Part = Pick<Sitting, "does" | "awaits">
const JOIN: Part = {
  does: ["publish", "back-up"],
  awaits: ["trustee-key", "dkg-commit", "dkg-deal", "dkg-confirm"],
}
const ENDORSE: Part = { does: ["endorse"], awaits: ["definition"] }
const REHEARSE: Part = {
  does: ["rehearse"],
  awaits: ["definition-signature", "drill-share 1", "drill-share 2"],
}
const DECRYPT: Part = { does: [], awaits: ["election-close"] }

async function init(options: FileOptions & { readonly name: string }): Promise<void> {
  const key = makeKey(options.name)
  const passphrase = await askPassphrase(options.passphraseFile)
  await (await createTrusteeFile(options.file, passphrase, createTrustee(key))).close()
  const text = encodeVerifierKey(key)
  tell(
    "Give this key to the organizer. Without file and passphrase nobody can act for you, nor you yourself.",
  )
  print({ key: text, fingerprint: fingerprintOf(text) })
}

async function showKey(options: FileOptions): Promise<void> {
  await withFile(options, (file) => {
    const key = encodeVerifierKey(file.current().signing)
    print({ key, fingerprint: fingerprintOf(key) })
    return Promise.resolve()
  })
}

async function sit(options: SitOptions, part: Part): Promise<void> {
  await withFile(options, async (file, passphrase) => {
    const { client, reader } = await openElection(options)
    const { backup } = options
    const places = backup === undefined ? null : { file: options.file, backup, passphrase }
    const reading = await reader.read()
    if (reading.log.phase === "ceremony") for (const line of fingerprintWords(reading)) tell(line)
    const report = await runSitting({
      ...{ file, places, client, reader, ...part, waitSeconds: readSeconds(options.wait) },
      agrees: async (now) => {
        for (const line of definitionWords(now)) tell(line)
        return options.yes === true || (await askYes("Is this the election you were asked to keep?"))
      },
    })
    finish(report, part)
  })
}

async function decrypt(
  options: SitOptions & { readonly also: string; readonly acceptServiceWord?: true },
): Promise<void> {
  await withFile(options, async (file) => {
    const { client, policy, reader } = await openElection(options)
    const second = await openSecondPlace(options.also, options.election)
    const place = await openServicePlace(client, options.election)
    const waitSeconds = readSeconds(options.wait)
    const base = { file, places: null, client, reader, ...DECRYPT, waitSeconds }
    const report = await runSitting({ ...base, agrees: () => Promise.resolve(true) })
    if (report.next !== "decrypt") {
      finish(report, DECRYPT)
      return
    }
    const plan = { policy, place, second, acceptsServiceWord: options.acceptServiceWord === true }
    const kind = await decryptInSitting({ file, client }, await reader.read(), plan)
    finish({ ...report, sent: [kind], next: "wait", waitingFor: "tally", missing: [] }, DECRYPT)
  })
}

async function extend(
  options: ReadOptions & FileOptions & { readonly closesAt: string; readonly out: string },
): Promise<void> {
  await withFile(options, async (file) => {
    const { reader } = await openElection(options)
    const reading = await reader.read()
    const closesAt = readTime(options.closesAt, "--closes-at")
    const work = workOf({ file }, reading.log.ceremonyId)
    const signed = signExtension(reading, closesAt, work, file.current())
    if (!signed.ok) throw new CliError("refused", `nothing was signed: ${signed.reason}`)
    await file.replace(signed.value.state)
    await writeFileDurably(options.out, signed.value.bytes)
    print({ electionId: reading.log.electionId, closesAt, out: options.out })
  })
}

async function status(options: ReadOptions & FileOptions): Promise<void> {
  await withFile(options, async (file) => {
    const { reader } = await openElection(options)
    const reading = await reader.read()
    const step = nextStep(reading, file.current(), random) // what it would sign is thrown away
    tell(stepWords(step, reading))
    print({
      phase: reading.log.phase,
      next: step.do,
      ...(step.do === "wait" ? { waitingFor: step.for } : {}),
    })
  })
}

/** Ends a verb: the report for scripts; an exit code that says whether its work is done. */
function finish(report: SittingReport, { awaits }: Part): void {
  print(report)
  const isStuck = report.waitingFor !== undefined && awaits.includes(report.waitingFor)
  if (report.next === "stop" || isStuck) process.exitCode = EXIT.refused
}

async function withFile(
  options: FileOptions,
  body: (file: Awaited<ReturnType<typeof openTrusteeFile>>, passphrase: string) => Promise<void>,
): Promise<void> {
  const passphrase = await askPassphrase(options.passphraseFile)
  const file = await openTrusteeFile(options.file, passphrase)
  try {
    await body(file, passphrase)
  } finally {
    await file.close()
  }
}

function readSeconds(text: string): number {
  const seconds = Number(text)
  if (!Number.isSafeInteger(seconds) || seconds < 0)
    throw new CliError("option-invalid", "--wait is a number of seconds")
  return seconds
}

function filed(command: Command): Command {
  return command
    .requiredOption("--file <file>", "your key file")
    .option("--passphrase-file <file>", "read the passphrase from a private file instead of the terminal")
}

function sitting(command: Command, description: string): Command {
  return filed(reading(command, description)).option(
    "--wait <seconds>",
    "wait so long for others, then end; begin again any time",
    "3600",
  )
}
