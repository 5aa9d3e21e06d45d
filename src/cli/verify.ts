// `sotto verify`: what anybody can check offline, with their own policy file and nothing of the service's word.
import { Command } from "commander"
import { parseEvidence } from "../parties/verifier/evidence.ts"
import { verifyAnswer, verifyEvidence } from "../parties/verifier/verify-evidence.ts"
import { prepareVerificationKey } from "../proofs/groth16/verification-key.ts"
import { CATALOGUE } from "../protocol/catalogue/released.ts"
import { parsePolicy } from "../protocol/log/policy.ts"
import { parseReceipt } from "../protocol/log/receipt.ts"
import { verifyReceipt } from "../protocol/log/verify-receipt.ts"
import { loadVerificationKey } from "./circuit-artifacts.ts"
import { CliError } from "./exit.ts"
import { readInput } from "./files.ts"
import { print } from "./output.ts"
import { readPolicyText } from "./policy-file.ts"

interface Options {
  readonly policy: string
  readonly evidence?: string
}

/** The `verify` verb. */
export function verifyCommand(): Command {
  const command = new Command("verify").description("check a receipt or an answer offline")
  command
    .command("receipt")
    .description("check that the entry stands in a log you trust; exit 0 verified, 1 refused")
    .argument("<receipt>", "a receipt as JSON")
    .requiredOption("--policy <file>", "your own policy or trust file")
    .action(async (file: string, { policy }: Options) => {
      const receipt = parseReceipt(await readInput(file))
      const verdict = verifyReceipt(receipt, parsePolicy(await readPolicyText(policy)))
      if (!verdict.ok) throw new CliError("refused", verdict.reason)
      const { checkpoint, index, entry, opening } = verdict.value
      print({
        verified: true,
        log: checkpoint.origin,
        index,
        size: checkpoint.size,
        kind: entry.kind,
        opening,
      })
    })
  command
    .command("answer")
    .description(
      "check that a receipt is of an accepted answer to the request inside it, and re-verify its proofs",
    )
    .argument("<receipt>", "a receipt with opening and request, as holder and verifier have it")
    .requiredOption("--policy <file>", "your own policy or trust file")
    .option("--evidence <file>", "the verifier's evidence: every proof is verified again")
    .action(verifyWhole)
  return command
}

async function verifyWhole(file: string, options: Options): Promise<void> {
  const receipt = parseReceipt(await readInput(file))
  const policy = parsePolicy(await readPolicyText(options.policy))
  const verdict =
    options.evidence === undefined
      ? verifyAnswer(receipt, policy)
      : await verifyEvidence(receipt, parseEvidence(await readInput(options.evidence)), {
          policy,
          key: await prepareVerificationKey((await loadVerificationKey("presentation")).key),
          sources: CATALOGUE,
        })
  if (!verdict.ok) throw new CliError("refused", verdict.reason)
  const { request, opening, index } = verdict.value
  print({
    verified: true,
    index,
    askedBy: request.verifier.name,
    purpose: request.purpose.code,
    statements: request.items.map((item) => item.alternatives.map(({ statement }) => statement.id)),
    asOf: request.asOf,
    acceptedAt: opening.acceptedAt,
    proofsVerified: options.evidence !== undefined,
  })
}
