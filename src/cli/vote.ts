// `sotto vote`: a voter's census, ballots and receipts.
import { Command } from "commander"
import { castVote } from "./vote-cast.ts"
import { checkHanded, submitBallot } from "./vote-check.ts"
import { enrolInCensus, findLeaf } from "./vote-enrol.ts"
import { showVotes } from "./vote-history.ts"

/** The `vote` verb. */
export function voteCommand(): Command {
  const command = new Command("vote").description(
    "enrol in a census, cast or challenge ballots, check receipts",
  )
  ofWallet(ofService(command.command("enrol"), "get a place in a census, from a registrar or by a proof"))
    .argument("<census>", "the census's id")
    .option("--promise <file>", "keep the service's promise, as a registrar handed it on")
    .option("--weight <n>", "your weight in a weighted census, which the promise is about", "1")
    .option("--replace", "a new leaf in place of the one you had: its secret may be known to others")
    .option("--record <which...>", "prove with this record: its number in `wallet list`, or its name")
    .option("--override <guard...>", "set a guard aside for this one proof")
    .option("--yes", "agree without being asked (for scripts)")
    .action(enrolInCensus)
  ofWallet(
    ofService(command.command("leaf"), "look for your leaf in the frozen census; else say what to show"),
  )
    .argument("<census>", "the census's id")
    .action(findLeaf)
  ofWallet(ofService(command.command("cast"), "make a ballot, then cast it or challenge it"))
    .argument("<election>", "the election's id, from the organizer by a second channel: it pins the election")
    .option("--choose <ids>", "choices by commas; an empty text is a blank ballot")
    .option("--grade <item=n...>", "a grade for an item; items left out have 0")
    .option("--order <items>", "all items by commas, best first")
    .option("--challenge <file>", "where a ballot that is not cast is written for the second device")
    .option("--save <file>", "write the ballot instead of sending it; anybody may submit it")
    .option("--receipt <file>", "write the receipt to a file")
    .option("--allow-dev-keys", "take part in a rehearsal: under development keys anyone can forge ballots")
    .option("--yes", "agree without being asked, and cast, or challenge with --challenge (for scripts)")
    .action(castVote)
  ofService(command.command("check"), "on a second device: open a challenged ballot and show what it says")
    .argument("<file>", "what the first device wrote with --challenge")
    .requiredOption("--policy <file>", "your own policy or trust file")
    .option("--allow-dev-keys", "take part in a rehearsal")
    .option("--give-up", "publish that this ballot was challenged: it can never be cast")
    .action(checkHanded)
  ofService(command.command("submit"), "hand in a ballot file, your own or anybody's")
    .argument("<file>", "a ballot, as `vote cast --save` writes it")
    .option("--receipt <file>", "write the receipt to a file")
    .action(submitBallot)
  ofWallet(command.command("history"))
    .description("where you are enrolled and voted; never what you marked, which nobody keeps")
    .option("--json", "print one JSON object")
    .action(showVotes)
  return command
}

function ofService(command: Command, description: string): Command {
  return command
    .description(description)
    .requiredOption("--service <origin>", "the service that runs it")
    .option("--json", "print one JSON object instead of words")
}

function ofWallet(command: Command): Command {
  return command
    .requiredOption("--wallet <file>", "the encrypted wallet file")
    .option("--passphrase-file <file>", "read the passphrase from a private file instead of the terminal")
}
