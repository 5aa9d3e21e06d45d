// One sitting of a trustee: read the log, do what is next, make it durable, send it, until the sitting's work is done or
// others are waited for in vain. May be cut short anywhere and begun again: the file remembers what was signed.
import { setTimeout as sleep } from "node:timers/promises"
import { backedUp, nextStep } from "../parties/trustee/next-step.ts"
import type { TrusteeStep } from "../parties/trustee/next-step.ts"
import { endorse } from "../parties/trustee/endorse.ts"
import type { SignedStep } from "../parties/trustee/endorse.ts"
import { trialTally } from "../parties/trustee/trial-tally.ts"
import { findWork } from "../parties/trustee/trustee-state.ts"
import type { CeremonyWork, TrusteeState } from "../parties/trustee/trustee-state.ts"
import { isMainEntry, parseEntry } from "../protocol/log/entry.ts"
import type { ElectionEntry } from "../protocol/log/entry.ts"
import type { Verdict } from "../protocol/primitives/verdict.ts"
import type { ElectionReader, ElectionReading } from "./election-log-source.ts"
import { handInBytes, random } from "./election-options.ts"
import { CliError } from "./exit.ts"
import { tell } from "./output.ts"
import { withPatience } from "./patience.ts"
import type { ServiceClient } from "./service-client.ts"
import { readBackup, writeBackup } from "./trustee-backup.ts"
import type { CopyPlaces } from "./trustee-backup.ts"
import type { TrusteeFile } from "./trustee-file.ts"
import { stepWords } from "./trustee-words.ts"

/** What a sitting has at hand. */
export interface Sitting {
  readonly file: TrusteeFile
  readonly places: CopyPlaces | null
  readonly client: ServiceClient
  readonly reader: ElectionReader
  /** Steps that belong to this sitting; at another one it ends. */
  readonly does: readonly TrusteeStep["do"][]
  /** Messages of others that this sitting waits for. */
  readonly awaits: readonly string[]
  /** How long others are waited for, seconds. */
  readonly waitSeconds: number
  /** Asked before anything that only a person may decide. @returns false to go no further */
  readonly agrees: (reading: ElectionReading) => Promise<boolean>
}

/** What a sitting did. */
export interface SittingReport {
  readonly ceremonyId: string
  readonly index: number | null
  /** Kinds that were sent, in order. */
  readonly sent: readonly string[]
  readonly next: TrusteeStep["do"]
  /** What is waited for, and of whom. */
  readonly waitingFor?: string
  readonly missing?: readonly number[]
  readonly reason?: string
}

const POLL_MS = 1000

/** Runs a sitting to its end. @throws CliError, ElectionError, AgentError */
export async function runSitting(sitting: Sitting): Promise<SittingReport> {
  const sent: string[] = []
  const until = Date.now() + sitting.waitSeconds * 1000
  let said = ""
  for (;;) {
    const reading = await withPatience(until, () => sitting.reader.read())
    const step = nextStep(reading, sitting.file.current(), random)
    if (step.state !== sitting.file.current()) await sitting.file.replace(step.state)
    const words = stepWords(step, reading)
    if (words !== said) tell(words)
    said = words
    if (step.do === "wait" && sitting.awaits.includes(step.for) && Date.now() < until) {
      await sleep(POLL_MS)
      continue
    }
    if (step.do === "wait" || step.do === "stop" || !sitting.does.includes(step.do))
      return reportOf(reading, sitting.file.current(), step, sent)
    // Repeating is safe: what was signed once is what is sent again.
    const kind = await withPatience(until, () => perform(sitting, reading, step))
    if (kind === null) return reportOf(reading, sitting.file.current(), step, sent)
    if (kind !== "back-up") sent.push(kind)
  }
}

/** Does one step. @returns the kind that was sent, `back-up`, or null when the person said no */
async function perform(
  sitting: Sitting,
  reading: ElectionReading,
  step: Exclude<TrusteeStep, { do: "wait" | "stop" }>,
): Promise<string | null> {
  const { file } = sitting
  const { ceremonyId } = reading.log
  switch (step.do) {
    case "publish":
      return send(sitting.client, step.bytes)
    case "back-up":
      await writeBackup(placesOf(sitting), step.state, ceremonyId)
      await file.replace(backedUp(step.state, ceremonyId))
      return "back-up"
    case "endorse":
      if (!(await sitting.agrees(reading))) return null
      return sendSigned(sitting, endorse(reading, workOf(sitting, ceremonyId), file.current()))
    case "rehearse": {
      const work = workOf(sitting, ceremonyId)
      const secretsOf = step.round === 1 ? work : await readBackup(placesOf(sitting), ceremonyId)
      const signed = trialTally(reading, step.round, work, secretsOf, file.current(), random)
      return sendSigned(sitting, signed)
    }
    case "decrypt":
    case "done":
      throw new RangeError("no step of such a sitting")
  }
}

/** Makes a signed message durable and sends it. @throws CliError `refused` with the trustee's own reason */
export async function sendSigned(
  { file, client }: Pick<Sitting, "file" | "client">,
  signed: Verdict<SignedStep, string>,
): Promise<string> {
  if (!signed.ok) throw new CliError("refused", `nothing was signed: ${signed.reason}`)
  await file.replace(signed.value.state)
  return send(client, signed.value.bytes)
}

async function send(client: ServiceClient, bytes: Uint8Array): Promise<ElectionEntry["kind"]> {
  const entry = parseEntry(bytes)
  if (isMainEntry(entry)) throw new RangeError("trustees speak in election logs")
  await handInBytes(client, entry.kind, bytes)
  return entry.kind
}

/** The work on this ceremony. @throws CliError `refused` when the file has none */
export function workOf({ file }: Pick<Sitting, "file">, ceremonyId: string): CeremonyWork {
  const work = findWork(file.current(), ceremonyId)
  if (work === null)
    throw new CliError(
      "refused",
      "this key file knows nothing of the ceremony: is it the right one, or a backup too old?",
    )
  return work
}

function placesOf({ places }: Sitting): CopyPlaces {
  if (places === null) throw new CliError("option-invalid", "give --backup FILE, on another disk or stick")
  return places
}

function reportOf(
  { log }: ElectionReading,
  state: TrusteeState,
  step: TrusteeStep,
  sent: readonly string[],
): SittingReport {
  const { ceremonyId } = log
  const index = findWork(state, ceremonyId)?.index ?? null
  return {
    ...{ ceremonyId, index, sent, next: step.do },
    ...(step.do === "wait" ? { waitingFor: step.for, missing: step.missing } : {}),
    ...(step.do === "stop" ? { reason: step.reason } : {}),
  }
}
