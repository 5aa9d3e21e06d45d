// One FHIR R4 Immunization (hl7.org/fhir/R4/immunization.html) as a dose that was given, or the reason why it is none.
import type { BundleEntry } from "./bundle.ts"
import { lookUpVaccine } from "./codes.ts"
import { readFullDay } from "./fhir-date.ts"
import { FhirError } from "./fhir-error.ts"
import type { DoseProblem } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"
import { readManufacturer } from "./manufacturer.ts"
import { readSeries } from "./series.ts"
import type { SeriesPlace } from "./series.ts"

/** A dose that was given to the subject, on a day that is known. */
export interface Dose {
  /** JSON path of its resource. */
  readonly path: string
  /** FHIR tokens of the diseases it protects against; never empty. */
  readonly diseases: readonly string[]
  /** FHIR tokens. */
  readonly vaccine: string
  readonly prophylaxis?: string
  readonly manufacturer?: string
  /** Days since 1970-01-01, as written at the place's own offset. */
  readonly day: number
  readonly lot?: string
  /** Place in the series by disease; a disease without a stated place has none. */
  readonly series: ReadonlyMap<string, SeriesPlace>
  /** `protocol-ambiguous`, if any. */
  readonly problems: readonly DoseProblem[]
}

/**
 * Reads the dose of an Immunization entry.
 * @param entries - the whole bundle, for the manufacturer's reference
 * @param today - days since 1970-01-01; a dose of a later day was not given yet
 * @throws FhirError of a `DoseRefusal`
 */
export function readDose(entries: readonly BundleEntry[], entry: BundleEntry, today: number): Dose {
  const dose = entry.resource.as("malformed-dose")
  checkGiven(dose)
  const { vaccine, prophylaxis, diseases } = readVaccine(dose)
  const day = readDay(dose, today)
  const manufacturer = readManufacturer(entries, entry)
  const lot = dose.text("lotNumber")
  return {
    path: dose.path,
    diseases,
    vaccine,
    ...(prophylaxis === undefined ? {} : { prophylaxis }),
    ...(manufacturer === undefined ? {} : { manufacturer }),
    day,
    ...(lot === undefined ? {} : { lot }),
    ...readSeries(dose, diseases),
  }
}

function checkGiven(dose: ElementReader): void {
  const status = dose.text("status")
  const at = `${dose.path}.status`
  if (status === "entered-in-error") throw new FhirError("entered-in-error", at)
  // `refused` is no code of R4, but systems that came from earlier releases write it and mean it.
  if (status === "not-done" || status === "refused") throw new FhirError("dose-not-given", at)
  if (status !== "completed") throw new FhirError("status-unknown", at)
  if (dose.flag("isSubpotent") === true) throw new FhirError("dose-subpotent", `${dose.path}.isSubpotent`)
}

function readVaccine(dose: ElementReader): {
  vaccine: string
  prophylaxis?: string
  diseases: readonly string[]
} {
  const path = `${dose.path}.vaccineCode`
  const codings = dose.element("vaccineCode")?.elements("coding") ?? []
  const known = codings.flatMap((coding) => {
    const token = `${coding.text("system") ?? ""}|${coding.text("code") ?? ""}`
    const found = lookUpVaccine(token)
    return found === null ? [] : [{ token, ...found }]
  })
  const [first] = known
  if (first === undefined) throw new FhirError("vaccine-unknown", path)
  // Codings are translations of each other; two that protect against different diseases are not.
  const signature = (diseases: readonly string[]): string => [...diseases].sort().join()
  if (known.some(({ diseases }) => signature(diseases) !== signature(first.diseases))) {
    throw new FhirError("vaccine-ambiguous", path)
  }
  const product = known.find(({ isProphylaxis }) => !isProphylaxis) ?? first
  const kind = known.find(({ isProphylaxis }) => isProphylaxis)
  return {
    vaccine: product.token,
    ...(kind === undefined ? {} : { prophylaxis: kind.token }),
    diseases: first.diseases,
  }
}

function readDay(dose: ElementReader, today: number): number {
  const at = `${dose.path}.occurrenceDateTime`
  // occurrence[x] is one or the other; a text beside a date says that the date is not all there is to say.
  if (dose.has("occurrenceString")) throw new FhirError("date-incomplete", `${dose.path}.occurrenceString`)
  const written = dose.text("occurrenceDateTime")
  const day = written === undefined ? null : readFullDay(written)
  if (day === null) throw new FhirError("date-incomplete", at)
  if (day > today) throw new FhirError("date-in-future", at)
  return day
}
