// `sotto vote history`: where this wallet is enrolled, where it voted, and which surveys it answered; never what.
import { quoteText } from "../protocol/credential/value-words.ts"
import { report } from "./vote-parts.ts"
import { withWallet } from "./with-wallet.ts"
import type { WalletOptions } from "./with-wallet.ts"

/** Lists the voting part of a wallet. @throws AgentError */
export async function showVotes(options: WalletOptions & { readonly json?: true }): Promise<void> {
  await withWallet(options, (store) => {
    const { enrolments, elections, surveys } = store.current().voting
    const value = {
      enrolments: enrolments.map(({ censusId, n, commitment, promise }) => ({
        ...{ censusId, n, commitment },
        promised: promise !== undefined,
      })),
      elections: elections.map(({ electionId, receipts, unsettled }) => ({
        ...{ electionId, cast: receipts.length, entries: receipts.map(({ logIndex }) => logIndex) },
        unsettled: unsettled !== undefined,
      })),
      surveys,
    }
    report(options, value, [
      ...value.enrolments.map(
        ({ censusId, promised }) =>
          `Enrolled in the census ${censusId}${promised ? "" : ", without a promise"}`,
      ),
      ...value.elections.map(
        ({ electionId, cast, unsettled }) =>
          `Election ${electionId}: ${cast} cast${unsettled ? ", one ballot without its receipt: vote cast sends it again" : ""}`,
      ),
      ...surveys.map(({ title, electionId }) => `Survey ${quoteText(title)} answered (${electionId})`),
    ])
    return Promise.resolve()
  })
}
