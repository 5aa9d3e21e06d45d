// `sotto wallet`: a patient's records, encrypted, and the proofs made from them on this machine.
import { randomBytes } from "node:crypto"
import { Command } from "commander"
import { createWalletFile } from "../agent/wallet-file.ts"
import type { WalletFile } from "../agent/wallet-file.ts"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { acceptEpoch } from "../parties/wallet/accept-epoch.ts"
import type { AcceptedEpoch } from "../parties/wallet/accept-epoch.ts"
import { makeHolder } from "../parties/wallet/make-holder.ts"
import { receiveCredential } from "../parties/wallet/receive-credential.ts"
import { createWallet } from "../parties/wallet/wallet.ts"
import { CATALOGUE } from "../protocol/catalogue/released.ts"
import { canonicalBytes } from "../protocol/wire/canonical-json.ts"
import { parseCredential, parseTrust } from "../protocol/wire/credential.ts"
import { openClock } from "./clock.ts"
import { CliError } from "./exit.ts"
import { readInput } from "./files.ts"
import { print, tell } from "./output.ts"
import { askPassphrase } from "./passphrase.ts"
import { addHistory } from "./wallet-history.ts"
import { respondToLink } from "./wallet-respond.ts"
import type { RespondOptions } from "./wallet-respond.ts"
import { openWalletSource } from "./wallet-source.ts"
import { withWallet } from "./with-wallet.ts"
import type { WalletOptions } from "./with-wallet.ts"

/** The `wallet` verb. */
export function walletCommand(): Command {
  const command = new Command("wallet").description("keep records encrypted, answer requests with proofs")
  opened(command.command("init"), "make a new wallet file; its seed is the person, so keep a backup")
    .requiredOption("--trust <file>", "your trust file: logs, registries, smallest crowd")
    .action(init)
  opened(command.command("holder"), "make a commitment for an issuer: hand it over, it names nobody")
    .requiredOption("--service <origin>", "a service that publishes the issuer's registry")
    .requiredOption("--registry <id>", "the registry")
    .requiredOption("--issuer <id>", "the issuer's id in that registry")
    .option("--out <file>", "write it to a file instead of the terminal")
    .action(holder)
  opened(command.command("receive"), "check a signed record and keep it")
    .argument("<credential>", "the record from the issuer")
    .requiredOption("--service <origin>", "a service that publishes the issuer's registry")
    .action(receive)
  opened(command.command("list"), "the records in the wallet").action(list)
  opened(
    command.command("respond"),
    "read a request, show what it would prove, prove and send it if you agree",
  )
    .argument("<link>", "the link or QR text from the verifier, https://…#pr_…")
    .option("--dry-run", "show what would be proved and whether you could; prove, send and note nothing")
    .option(
      "--record <which...>",
      "answer with this record: its number in `wallet list`, or the name you gave it",
    )
    .option("--yes", "agree without being asked (for scripts; the consent text still goes to stderr)")
    .option("--no-send", "prove, but send nothing: with --save")
    .option("--save <file>", "write the answer to a file")
    .option("--receipt <file>", "write the ledger's receipt to a file")
    .option(
      "--override <guard...>",
      "set a guard aside for this one request: anonymity-issuer, narrow-question, …",
    )
    .option("--threads <n>", "proving threads", "1")
    .action(respondToLink satisfies (link: string, options: RespondOptions) => Promise<void>)
  opened(
    command.command("name"),
    "name whom a record is about, such as a child; the name stays in the wallet",
  )
    .argument("<number>", "the record's number in `wallet list`")
    .argument("<name>", "the name; an empty one takes it away")
    .action(nameRecord)
  addHistory(opened(command.command("history"), "who asked you for what, when, and what you proved"))
  return command
}

function opened(command: Command, description: string): Command {
  return command
    .description(description)
    .requiredOption("--wallet <file>", "the encrypted wallet file")
    .option("--passphrase-file <file>", "read the passphrase from a private file instead of the terminal")
}

async function init(options: WalletOptions & { readonly trust: string }): Promise<void> {
  const trust = parseTrust(await readInput(options.trust))
  const wallet = createWallet(trust, (length) => new Uint8Array(randomBytes(length)))
  const file = await createWalletFile(options.wallet, await askPassphrase(options.passphraseFile), wallet)
  await file.close()
  print({ wallet: options.wallet, registries: trust.registries.map(({ id }) => id) })
}

interface HolderOptions extends WalletOptions {
  readonly service: string
  readonly registry: string
  readonly issuer: string
  readonly out?: string
}

async function holder(options: HolderOptions): Promise<void> {
  await withWallet(options, async (file) => {
    const { bundle } = await newestEpoch(file, options.service, options.registry)
    const issuer = bundle.issuers.find(({ id }) => id === options.issuer)
    if (issuer === undefined) throw new CliError("refused", "issuer-not-listed")
    const { wallet, commitment } = makeHolder(file.current(), options.registry, issuer)
    await file.replace(wallet)
    if (options.out === undefined) print(commitment)
    else await writeFileDurably(options.out, canonicalBytes({ ...commitment }))
  })
}

async function receive(path: string, options: WalletOptions & { readonly service: string }): Promise<void> {
  const credential = parseCredential(await readInput(path))
  const schema = CATALOGUE.findSchemaById(credential.schemaId)
  if (schema === null) throw new CliError("refused", "schema-mismatch")
  await withWallet(options, async (file) => {
    const epoch = await newestEpoch(file, options.service, credential.registry)
    const verdict = receiveCredential(file.current(), credential, schema, epoch)
    if (!verdict.ok) throw new CliError("refused", verdict.reason)
    await file.replace(verdict.value)
    print({ kept: credential.schema, issuer: credential.issuer, registry: credential.registry })
  })
}

async function list(options: WalletOptions): Promise<void> {
  await withWallet(options, (file) => {
    print(
      file.current().credentials.map(({ credential, issuer, name }, i) => ({
        number: i + 1,
        schema: credential.schema,
        about: credential.subject === "ward" ? (name ?? "your dependant") : "you",
        issuer: issuer.name,
        registry: credential.registry,
        validFrom: credential.validFrom,
        validUntil: credential.validUntil,
        attributes: credential.attributes,
      })),
    )
    return Promise.resolve()
  })
}

async function nameRecord(number: string, name: string, options: WalletOptions): Promise<void> {
  await withWallet(options, async (file) => {
    const { credentials } = file.current()
    const held = /^[1-9][0-9]{0,4}$/.test(number) ? credentials[Number(number) - 1] : undefined
    if (held === undefined) throw new CliError("option-invalid", "no such record: see `sotto wallet list`")
    if (/^[0-9]+$/.test(name))
      throw new CliError("option-invalid", "a name of digits would pass for a number")
    const { name: _name, ...nameless } = held
    const named = name === "" ? nameless : { ...nameless, name }
    await file.replace({
      ...file.current(),
      credentials: credentials.map((other) => (other === held ? named : other)),
    })
    print({ record: Number(number), name: name === "" ? null : name })
  })
}

/** The newest epoch of a registry, accepted by the wallet's own trust file. @throws CliError `refused` with the check */
async function newestEpoch(file: WalletFile, service: string, registry: string): Promise<AcceptedEpoch> {
  const reader = { source: openWalletSource(service), store: file }
  const verdict = await acceptEpoch({ registry, asOf: openClock()() }, reader)
  if (!verdict.ok) {
    tell(`registry ${registry} is not accepted: ${verdict.reason}`)
    throw new CliError("refused", verdict.reason)
  }
  return verdict.value
}
