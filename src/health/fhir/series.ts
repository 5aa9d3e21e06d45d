// Immunization.protocolApplied: which dose of how many, by disease. What is not stated stays unknown, never guessed.
import type { DoseProblem } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"

/** Place of a dose in its series, as far as the record states it as a number. */
export interface SeriesPlace {
  readonly doseNumber?: number
  readonly seriesDoses?: number
}

/**
 * The places of a dose. A protocol without target diseases is about every disease of the vaccine, one that names them in
 * words only about none; protocols of several authorities that number one dose differently leave that number absent.
 * The text forms (doseNumberString) are not read: "2" might be the second of two or the second since a booster.
 * @param diseases - FHIR tokens of the vaccine's diseases
 * @throws FhirError `malformed-dose` for a number that is no positiveInt
 */
export function readSeries(
  dose: ElementReader,
  diseases: readonly string[],
): { readonly series: ReadonlyMap<string, SeriesPlace>; readonly problems: readonly DoseProblem[] } {
  const protocols = dose.elements("protocolApplied").map((protocol) => ({
    targets: readTargets(protocol),
    doseNumber: protocol.positiveInt("doseNumberPositiveInt"),
    seriesDoses: protocol.positiveInt("seriesDosesPositiveInt"),
  }))
  const series = new Map<string, SeriesPlace>()
  let isAmbiguous = false
  for (const disease of diseases) {
    const about = protocols.filter(({ targets }) => targets === null || targets.includes(disease))
    const doseNumber = onlyValue(about.map((protocol) => protocol.doseNumber))
    const seriesDoses = onlyValue(about.map((protocol) => protocol.seriesDoses))
    isAmbiguous ||= doseNumber === null || seriesDoses === null
    series.set(disease, {
      ...(typeof doseNumber === "number" ? { doseNumber } : {}),
      ...(typeof seriesDoses === "number" ? { seriesDoses } : {}),
    })
  }
  const path = `${dose.path}.protocolApplied`
  return { series, problems: isAmbiguous ? [{ code: "protocol-ambiguous", path }] : [] }
}

/** The one value that is stated, once or repeatedly; null when two differ; undefined when there is none. */
export function onlyValue<T extends string | number>(
  values: readonly (T | undefined)[],
): T | null | undefined {
  const stated = new Set(values.filter((value) => value !== undefined))
  return stated.size > 1 ? null : [...stated][0]
}

/** FHIR tokens of the target diseases; null when none are stated, the empty list when they are stated in words only. */
function readTargets(protocol: ElementReader): readonly string[] | null {
  const targets = protocol.elements("targetDisease")
  if (targets.length === 0) return null
  return targets.flatMap((target) =>
    target.elements("coding").map((coding) => `${coding.text("system") ?? ""}|${coding.text("code") ?? ""}`),
  )
}
