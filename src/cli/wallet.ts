// `sotto wallet`: a patient's records, encrypted, and the proofs made from them on this machine.
import { randomBytes } from "node:crypto"
import { Command } from "commander"
import { createWalletFile } from "../agent/wallet-file.ts"
import type { WalletFile } from "../agent/wallet-file.ts"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { acceptEpoch } from "../parties/wallet/accept-epoch.ts"
import type { AcceptedEpoch } from "../parties/wallet/accept-epoch.ts"
import { makeHolder } from "../parties/wallet/make-holder.ts"
import { exportConsentReceipt } from "../parties/wallet/receipts.ts"
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
    command.command("receipts"),
    "what you answered, to whom and why; with --request the whole consent receipt",
  )
    .option("--request <id>", "one answer, in full")
    .action(receipts)
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
      file.current().credentials.map(({ credential, issuer }) => ({
        schema: credential.schema,
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

async function receipts(options: WalletOptions & { readonly request?: string }): Promise<void> {
  await withWallet(options, (file) => {
    const wallet = file.current()
    if (options.request === undefined) {
      print(
        wallet.receipts.map(({ request, answeredAtUnixSeconds, receipt }) => ({
          request: request.id,
          verifier: request.verifier.name,
          purpose: request.purpose.code,
          statements: request.items.flatMap(({ alternatives }) =>
            alternatives.map(({ statement }) => statement.id),
          ),
          answeredAtUnixSeconds,
          receipt: receipt === undefined ? "none" : `entry ${receipt.logIndex} of ${receipt.origin}`,
        })),
      )
    } else {
      const document = exportConsentReceipt(wallet, options.request)
      if (document === null) throw new CliError("option-invalid", "this wallet did not answer such a request")
      print(new TextEncoder().encode(document))
    }
    return Promise.resolve()
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
