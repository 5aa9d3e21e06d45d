// From files to one intake: which room of health reads them, and that they are one record.
import { readDcc } from "../health/eu-dcc/read-dcc.ts"
import type { TrustList } from "../health/eu-dcc/trust-list.ts"
import type { Intake } from "../health/fhir/intake.ts"
import type { ReadOptions } from "../health/fhir/read-options.ts"
import { readRecords } from "../health/fhir/read-records.ts"
import type { PinnedIssuers } from "../health/smart-health-card/issuer-keys.ts"
import { readHealthCard } from "../health/smart-health-card/read-health-card.ts"
import type { RevocationList } from "../health/smart-health-card/revocation.ts"
import { SECONDS_PER_DAY } from "../protocol/credential/calendar.ts"
import { IntakeError } from "./intake-error.ts"
import type { RecordFile } from "./intake-format.ts"
import { recordPlatform } from "./record-platform.ts"

/** What records are read with; all of it is the desk's own. */
export interface IntakeContext {
  /** Unix seconds. */
  readonly now: number
  readonly dccTrust: TrustList
  readonly issuers: PinnedIssuers
  readonly revocations: readonly RevocationList[]
  /** Which card of a file of several, from 1. */
  readonly card?: number
  readonly records: ReadOptions
}

/** An intake, and what it was. */
export interface IntakeReport extends Intake {
  readonly format: "eu-dcc" | "smart-health-card" | "fhir"
  /** False for FHIR: nobody's signature was checked, the desk itself answers for where the file came from. */
  readonly signed: boolean
}

/**
 * Reads files that together are one record: a certificate, a health card (its QR codes may be several files), or FHIR
 * resources of one person. Two certificates or cards are refused: they could be of two people.
 * @param files - attacker-controlled, at least one
 * @throws SottoError with a closed code, of this reader or of a room of health; nothing else for any bytes
 */
export function readRecordFiles(files: readonly RecordFile[], context: IntakeContext): IntakeReport {
  const [first, ...others] = files
  if (first === undefined) throw new RangeError("no file")
  if (others.some(({ kind }) => kind !== first.kind)) {
    throw new IntakeError("format-mixed", "files of different formats")
  }
  switch (first.kind) {
    case "eu-dcc":
      if (others.length > 0) throw new IntakeError("several-records", "expected one certificate")
      return readCertificate(first.text, context)
    case "health-card-codes": {
      const texts = files.flatMap((file) => (file.kind === "health-card-codes" ? file.texts : []))
      return readCard(texts, context)
    }
    case "health-cards": {
      const cards = files.flatMap((file) => (file.kind === "health-cards" ? file.cards : []))
      return readCard([chooseCard(cards, context.card)], context)
    }
    case "fhir": {
      const documents = files.flatMap((file) => (file.kind === "fhir" ? [file.bytes] : []))
      const today = Math.floor(context.now / SECONDS_PER_DAY)
      return { format: "fhir", signed: false, ...readRecords(documents, today, context.records) }
    }
    case "eu-dcc-cases":
      throw new IntakeError("format-mixed", "cases beside a record")
  }
}

function readCertificate(text: string, { now, dccTrust: trust, records }: IntakeContext): IntakeReport {
  const intake = readDcc(text, { now, trust, platform: recordPlatform })
  const { subject = "self" } = records
  return {
    format: "eu-dcc",
    signed: true,
    records: intake.records.map((record) => ({ ...record, subject })),
    notices: intake.notices,
  }
}

function readCard(texts: readonly string[], context: IntakeContext): IntakeReport {
  const { inflateRaw } = recordPlatform
  return { format: "smart-health-card", signed: true, ...readHealthCard(texts, { ...context, inflateRaw }) }
}

function chooseCard(cards: readonly string[], number: number | undefined): string {
  if (number === undefined && cards.length > 1) {
    throw new IntakeError("several-records", `expected one card or --card, got ${cards.length}`)
  }
  const card = cards[(number ?? 1) - 1]
  if (card === undefined) throw new IntakeError("card-missing", `expected a card among ${cards.length}`)
  return card
}
