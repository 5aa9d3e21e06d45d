// `sotto wallet history`: what was answered, to whom and why; export and deletion of single answers.
import type { Command } from "commander"
import { describeHistory } from "../parties/wallet/history.ts"
import { exportConsentReceipt, forgetConsentReceipt } from "../parties/wallet/receipts.ts"
import { CliError } from "./exit.ts"
import { print } from "./output.ts"
import { historyLines } from "./wallet-words.ts"
import { withWallet } from "./with-wallet.ts"
import type { WalletOptions } from "./with-wallet.ts"

interface HistoryOptions extends WalletOptions {
  readonly json?: true
  readonly request?: string
  readonly forget?: string
}

/** Adds the options and the action of `wallet history`. */
export function addHistory(command: Command): void {
  command
    .option("--json", "one JSON array, for scripts")
    .option(
      "--request <id>",
      "the whole consent receipt of one answer: what was asked, what was sent, the ledger's receipt",
    )
    .option("--forget <id>", "delete one answer; later questions are no longer held against it")
    .action(history)
}

async function history(options: HistoryOptions): Promise<void> {
  await withWallet(options, async (file) => {
    const wallet = file.current()
    const named = options.request ?? options.forget
    const document = named === undefined ? null : exportConsentReceipt(wallet, named)
    if (named !== undefined && document === null)
      throw new CliError("option-invalid", "this wallet remembers no such answer")
    if (options.forget !== undefined) {
      await file.replace(forgetConsentReceipt(wallet, options.forget))
      print({ forgotten: options.forget })
    } else if (document !== null) print(new TextEncoder().encode(document))
    else if (options.json === true) print(describeHistory(wallet))
    else printLines(describeHistory(wallet).map((entry) => historyLines(entry).join("\n")))
  })
}

function printLines(entries: readonly string[]): void {
  print(
    new TextEncoder().encode(
      entries.length === 0 ? "This wallet remembers no answer." : entries.join("\n\n"),
    ),
  )
}
