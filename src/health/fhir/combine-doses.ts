// Many doses, one fact a disease: the last dose, the first, and on how many days there was one.
import { formatDay } from "../../protocol/credential/calendar.ts"
import type { Attributes } from "../../protocol/wire/credential.ts"
import type { Dose } from "./dose.ts"
import type { DoseProblem } from "./fhir-error.ts"
import { onlyValue } from "./series.ts"

/** Attributes of schema immunization/1 for one disease, all but `birthDate` and `boundOn`, which doses do not say. */
interface ImmunizationRecord {
  readonly attributes: Attributes
  /** JSON path of the last dose. */
  readonly path: string
}

/**
 * One record per disease, in the order in which the bundle first names them.
 * Doses of one disease on one day are one dose, since systems copy records from each other: only days are counted.
 * Product, lot and place in the series are those of the last day's first entry; where a copy of the same product
 * contradicts it, the attribute is absent and the contradiction reported.
 */
export function combineDoses(doses: readonly Dose[]): {
  readonly records: readonly ImmunizationRecord[]
  readonly problems: readonly DoseProblem[]
} {
  const problems = new Map<string, DoseProblem>()
  const report = (code: DoseProblem["code"], path: string): void => {
    problems.set(`${code} ${path}`, { code, path }) // a combined vaccine would say it once per disease
  }
  const diseases = [...new Set(doses.flatMap((dose) => dose.diseases))]
  const records = diseases.map((disease) => {
    const own = doses.filter((dose) => dose.diseases.includes(disease)).sort((a, b) => a.day - b.day)
    for (const [i, dose] of own.entries()) {
      if (own[i - 1]?.day === dose.day) report("dose-duplicate", dose.path)
    }
    return { attributes: attributesOf(disease, own, report), path: own.at(-1)?.path ?? "$" }
  })
  return { records, problems: [...problems.values()] }
}

function attributesOf(
  disease: string,
  ascending: readonly Dose[],
  report: (code: DoseProblem["code"], path: string) => void,
): Attributes {
  const lastDay = ascending.at(-1)?.day ?? 0
  const onLastDay = ascending.filter(({ day }) => day === lastDay)
  const [last] = onLastDay
  if (last === undefined) throw new RangeError("a disease without a dose")
  const copies = onLastDay.filter(({ vaccine }) => vaccine === last.vaccine)
  const agreed = <T extends string | number>(read: (dose: Dose) => T | undefined): T | undefined => {
    const value = onlyValue(copies.map(read))
    if (value !== null) return value
    report("dose-conflict", last.path)
    return undefined
  }
  const optional = {
    prophylaxis: agreed((dose) => dose.prophylaxis),
    manufacturer: agreed((dose) => dose.manufacturer),
    doseNumber: agreed((dose) => dose.series.get(disease)?.doseNumber),
    seriesDoses: agreed((dose) => dose.series.get(disease)?.seriesDoses),
    lot: agreed((dose) => dose.lot),
  }
  return {
    disease,
    vaccine: last.vaccine,
    dosesInRecord: new Set(ascending.map(({ day }) => day)).size,
    occurredOn: formatDay(lastDay),
    firstDoseOn: formatDay(ascending[0]?.day ?? lastDay),
    ...Object.fromEntries(Object.entries(optional).filter((member) => member[1] !== undefined)),
  }
}
