// `sotto election`: what an organizer does, from the trustees' ceremony to the published bundle.
import { Command } from "commander"
import { abortVerb, extendVerb, openVerb, voidVerb } from "./election-acts.ts"
import { beginVerb, defineVerb } from "./election-begin.ts"
import { bundleVerb } from "./election-bundle.ts"
import { freezeVerb, planVerb, showCensusVerb } from "./election-plan.ts"
import { mirrorVerb, showVerb, tallyVerb } from "./election-show.ts"
import { drawKey, reading } from "./election-options.ts"
import { simulateCommand } from "./election-simulate.ts"

/** The `election` verb. */
export function electionCommand(): Command {
  const command = new Command("election").description(
    "organize an election: trustees, census, question, opening, result\n\n" +
      "In this order: key, ceremony, (trustees sit), census plan, (members enrol), census freeze, define,\n" +
      "(trustees endorse and rehearse), open, (voters vote), (trustees decrypt), tally, bundle.",
  )
  command
    .command("key")
    .description("make the organizer's signing key: a private file; whoever has it speaks for the organizer")
    .requiredOption("--name <name>", "without spaces, such as chess-club.example")
    .requiredOption("--out <file>", "where to write it")
    .action(drawKey)
  keyed(command.command("ceremony"), "begin the trustees' ceremony: the election's log begins with it")
    .argument("<description>", "JSON: title, organizer, threshold, trustees [{name, key}], circuit, policy")
    .requiredOption("--service <origin>", "the service that will run the election")
    .option("--json", "print JSON for scripts instead of words")
    .action(beginVerb)
  addCensusVerbs(command)
  keyed(reading(command.command("define"), "define the election: from now on nothing of it changes"))
    .argument("<description>", "JSON: kind, title, description, ballot, opensAt, closesAt, minAnonymity")
    .requiredOption("--census <id>", "the frozen census")
    .action(defineVerb)
  keyed(reading(command.command("open"), "open the election, once every trustee has rehearsed")).action(
    openVerb,
  )
  keyed(reading(command.command("extend"), "publish a later closing time that trustees signed"))
    .requiredOption("--with <file...>", "files from `sotto trustee extend`, at least as many as open the sum")
    .action(extendVerb)
  keyed(reading(command.command("void"), "void an election that has not closed"))
    .requiredOption("--reason <text>", "for everybody to read")
    .action(voidVerb)
  keyed(reading(command.command("abort"), "give up a ceremony that failed; begin another"))
    .option("--silent <index>", "the trustee who said nothing, where no complaint names anybody")
    .action(abortVerb)
  keyed(reading(command.command("tally"), "publish the result, once enough trustees have decrypted"))
    .option("--wait <seconds>", "wait so long for trustees' shares", "0")
    .action(tallyVerb)
  reading(command.command("bundle"), "write everything an auditor needs into one file, for `sotto audit`")
    .requiredOption("--out <file>", "the zip to write")
    .option("--receipt <file...>", "receipts that voters brought: the audit shows that each is in the log")
    .option("--promise <file...>", "census promises that voters brought")
    .action(bundleVerb)
  reading(command.command("show"), "where an election stands, as its log says").action(showVerb)
  reading(command.command("mirror"), "copy an election's log into a folder: a second source for trustees")
    .requiredOption("--out <folder>", "the folder")
    .action(mirrorVerb)
  command.addCommand(simulateCommand())
  return command
}

function addCensusVerbs(command: Command): void {
  const census = command.command("census").description("who may vote: plan it, look at it, freeze it")
  keyed(census.command("plan"), "open a census")
    .argument("<description>", "JSON: title, organizer, registrars, verifier, times, minSize, gate")
    .requiredOption("--service <origin>", "the service that keeps it")
    .action(planVerb)
  census
    .command("show")
    .description("how many enrolled, per day; after enrolment what registrars are to sign")
    .requiredOption("--service <origin>", "the service that keeps it")
    .requiredOption("--census <id>", "the census")
    .action(showCensusVerb)
  census
    .command("freeze")
    .description("hand in the freeze that at least two registrars signed")
    .argument("<signed>", "the file that went from registrar to registrar")
    .requiredOption("--service <origin>", "the service that keeps it")
    .action(freezeVerb)
}

/** A verb that signs as the organizer and calls keyed routes. */
function keyed(command: Command, description?: string): Command {
  if (description !== undefined) command.description(description)
  return command
    .requiredOption("--key <file>", "the organizer's signing key, from `sotto election key`")
    .requiredOption("--api-key-file <file>", "file with an API key of role organizer, scope election:write")
}
