// Intake of FHIR R4 records: whatever a bundle, a resource or several of them say about one person, as typed attributes.
// Rules: the intake table of this room.
import { schemaName } from "../../protocol/credential/schema.ts"
import { readCollection } from "./bundle.ts"
import { FhirError } from "./fhir-error.ts"
import type { RecordProblem } from "./fhir-error.ts"
import type { Intake } from "./intake.ts"
import { indexPanels } from "./panels.ts"
import { readPerson, readSex } from "./person.ts"
import { readEach } from "./read-each.ts"
import type { ReadOptions } from "./read-options.ts"
import { defined } from "./record-context.ts"
import type { RecordContext, Report } from "./record-context.ts"
import type { RecordDraft } from "./record-draft.ts"
import { findSubject, readBirthDate } from "./subject.ts"
import type { Subject } from "./subject.ts"

/**
 * Reads a Bundle (collection, searchset), a lone resource, or several such documents that belong together: references
 * `Type/id` are resolved among all of them, and all are about one person. A record that cannot be taken in is a notice;
 * a patient's own facts (person/1) come last and do not make up for a record that was refused.
 * @param documents - attacker-controlled; whoever signed them was checked before, or is the issuer itself
 * @param today - days since 1970-01-01
 * @param options - the desk's own statements; RangeError for a `classSystem` that is no URL without a bar
 * @throws FhirError with the code of the first refusal when nothing can be taken in; nothing else for any bytes
 */
export function readRecords(
  documents: Uint8Array | readonly Uint8Array[],
  today: number,
  options: ReadOptions = {},
): Intake {
  if (options.classSystem !== undefined && !/^[a-z]+:[^|\s]+$/.test(options.classSystem)) {
    throw new RangeError("the class system is a URL without a bar")
  }
  const collection = readCollection(documents)
  const subject = findSubject(collection, options.patientElsewhere)
  const notices = new Map<string, RecordProblem>()
  const report: Report = (code, path) => void notices.set(`${code} ${path}`, { code, path })
  if (subject.kind === "elsewhere") report("patient-not-included", collection.path)
  const { entries, path } = collection
  const person = readFacts(subject, today, report)
  const panels = indexPanels(entries, report)
  const context = { entries, person, panels, today, options, report }
  const { drafts, refusals } = readEach(context, subject)
  const [refused] = refusals
  if (drafts.length === 0 && refused !== undefined) throw refused
  for (const refusal of refusals) report(refusal.code, refusal.path)
  const records = [...drafts, ...readPersons(context, subject, drafts.length > 0)]
  if (records.length === 0) throw new FhirError("no-record", path)
  return {
    records: records.map(({ schema, ...record }) => ({
      schema: schemaName(schema),
      subject: options.subject ?? "self",
      ...record,
    })),
    notices: [...notices.values()],
  }
}

function readFacts(subject: Subject, today: number, report: Report): RecordContext["person"] {
  if (subject.kind !== "patient") return {}
  const { resource } = subject.entry
  const birthDate = readBirthDate(resource, today)
  const sex = readSex(resource)
  if (sex === null) report("sex-unknown", `${resource.path}.gender`)
  return defined({ birthDate, sex: sex ?? undefined })
}

/** The patient's own facts; beside other records they may be lacking without a word. */
function readPersons(context: RecordContext, subject: Subject, isBeside: boolean): readonly RecordDraft[] {
  if (subject.kind !== "patient") return []
  try {
    return [readPerson(context, subject.entry)]
  } catch (cause) {
    if (!(cause instanceof FhirError) || !isBeside) throw cause
    return []
  }
}
