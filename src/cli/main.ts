#!/usr/bin/env node
// The command line: one file a verb, loaded when its verb is called, so that `sotto --help` answers at once.
import { Command } from "commander"
import { EXIT, exitCodeOf, isRefusal } from "./exit.ts"

const program = new Command("sotto")
  .description(
    "Prove statements about signed health records without showing them, and check such proofs.\n\n" +
      "Who uses which verb:\n" +
      "  an issuer (hospital, lab, board)   sotto issuer …\n" +
      "  a patient                          sotto wallet …\n" +
      "  an insurer (verifier)              sotto request …\n" +
      "  anybody who was handed a receipt   sotto verify …\n" +
      "  an organizer of an election        sotto election …\n" +
      "  who enrols its members             sotto registrar …\n" +
      "  who keeps a part of its key        sotto trustee …\n" +
      "  a voter                            sotto vote …\n" +
      "  anybody who doubts an election     sotto audit …\n" +
      "  the operator of a registry         sotto registry …\n" +
      "  the operator of a service          sotto serve, sotto ledger …, sotto clients …\n" +
      "  who watches that service           sotto cosign",
  )
  .version("0.1.0")
  .showHelpAfterError("(add --help for what this verb expects)")

const VERBS = {
  issuer: async () => (await import("./issuer.ts")).issuerCommand(),
  wallet: async () => (await import("./wallet.ts")).walletCommand(),
  intake: async () => (await import("./intake.ts")).intakeCommand(),
  rules: async () => (await import("./rules.ts")).rulesCommand(),
  registry: async () => (await import("./registry.ts")).registryCommand(),
  request: async () => (await import("./request.ts")).requestCommand(),
  verify: async () => (await import("./verify.ts")).verifyCommand(),
  election: async () => (await import("./election.ts")).electionCommand(),
  registrar: async () => (await import("./registrar.ts")).registrarCommand(),
  trustee: async () => (await import("./trustee.ts")).trusteeCommand(),
  vote: async () => (await import("./vote.ts")).voteCommand(),
  audit: async () => (await import("./audit.ts")).auditCommand(),
  ledger: async () => (await import("./ledger.ts")).ledgerCommand(),
  clients: async () => (await import("./clients.ts")).clientsCommand(),
  cosign: async () => (await import("./cosign.ts")).cosignCommand(),
  serve: async () => (await import("./serve.ts")).serveCommand(),
} as const

const SUMMARIES: Readonly<Record<keyof typeof VERBS, string>> = {
  issuer: "make issuer keys, sign records, publish and revoke",
  wallet: "keep records encrypted, answer requests with proofs",
  intake: "check a health record's signature and read its attributes",
  rules: "translate the business rules of EU certificates and check them",
  registry: "enter issuers and publish epochs",
  request: "ask patients for a proof and read the verdict",
  verify: "check a receipt or an answer offline",
  election: "organize an election, from its trustees to its published bundle",
  registrar: "enrol members of a named census and sign its freeze",
  trustee: "keep a share of an election's key, open its sum",
  vote: "enrol in a census, cast or challenge ballots, check receipts",
  audit: "verify an election from its published bundle",
  ledger: "initialise, check, export the append-only log",
  clients: "API keys of issuers, verifiers and the registry operator",
  cosign: "watch the logs of others and sign what only ever grows",
  serve: "run the verifier service",
}

const wanted = process.argv[2]
for (const verb of Object.keys(VERBS) as (keyof typeof VERBS)[]) {
  // Only the verb that was called is loaded; the others need no more than their line in the help.
  program.addCommand(
    verb === wanted
      ? await VERBS[verb]()
      : new Command(verb).description(SUMMARIES[verb]).allowUnknownOption(),
  )
}

// Whoever reads our output may have read enough, as `head` does; that is no fault of the verb.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error
  process.exit()
})

try {
  await program.parseAsync()
} catch (error) {
  if (!isRefusal(error)) throw error
  process.stderr.write(`sotto: ${error.code}: ${error.message}\n`)
  process.exitCode = exitCodeOf(error)
}
process.exitCode ??= EXIT.ok
