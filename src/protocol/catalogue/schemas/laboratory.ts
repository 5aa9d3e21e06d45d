// One schema per (LOINC code, UCUM unit): the unit is part of what is signed, and nothing ever converts.
import type { AttributeDefinition, Schema } from "../../wire/statement.ts"

const LOINC = "http://loinc.org"
const UCUM = "http://unitsofmeasure.org"

/** LOINC code, UCUM unit, that unit in a schema's name, decimals, largest value, narrowest question. */
type Analyte = readonly [loinc: string, unit: string, slug: string, scale: number, max: string, width: string]

// Largest values are far outside of life, so that a typing error is refused and no patient is; widths are about a third of
// a common reference range. Names: LOINC long common names.
const ANALYTES: readonly Analyte[] = [
  ["2951-2", "mmol/L", "mmol-l", 1, "250", "5"], // sodium
  ["2823-3", "mmol/L", "mmol-l", 2, "20", "0.5"], // potassium
  ["2075-0", "mmol/L", "mmol-l", 1, "250", "5"], // chloride
  ["1963-8", "mmol/L", "mmol-l", 1, "100", "3"], // bicarbonate
  ["1863-0", "mmol/L", "mmol-l", 1, "100", "3"], // anion gap
  ["14749-6", "mmol/L", "mmol-l", 3, "200", "0.5"], // glucose
  ["2345-7", "mg/dL", "mg-dl", 1, "3600", "10"], // glucose
  ["14937-7", "mmol/L", "mmol-l", 2, "200", "1"], // urea nitrogen
  ["14682-9", "mmol/L", "mmol-l", 3, "5", "0.02"], // creatinine
  ["14682-9", "umol/L", "umol-l", 1, "5000", "20"],
  ["2160-0", "mg/dL", "mg-dl", 2, "60", "0.2"], // creatinine
  ["14933-6", "mmol/L", "mmol-l", 3, "5", "0.05"], // urate
  ["14631-6", "umol/L", "umol-l", 1, "2000", "5"], // bilirubin
  ["14629-0", "umol/L", "umol-l", 1, "2000", "3"], // bilirubin, direct
  ["6768-6", "U/L", "u-l", 1, "20000", "20"], // alkaline phosphatase
  ["2324-2", "U/L", "u-l", 1, "20000", "20"], // gamma glutamyl transferase
  ["1742-6", "U/L", "u-l", 1, "50000", "20"], // alanine aminotransferase
  ["1920-8", "U/L", "u-l", 1, "50000", "20"], // aspartate aminotransferase
  ["2532-0", "U/L", "u-l", 1, "50000", "50"], // lactate dehydrogenase
  ["2000-8", "mmol/L", "mmol-l", 2, "10", "0.1"], // calcium
  ["13959-2", "mmol/L", "mmol-l", 2, "10", "0.1"], // calcium, albumin-corrected
  ["14879-1", "mmol/L", "mmol-l", 2, "20", "0.2"], // phosphate
  ["2885-2", "g/L", "g-l", 1, "200", "5"], // protein
  ["1751-7", "g/L", "g-l", 1, "200", "5"], // albumin
  ["10834-0", "g/L", "g-l", 1, "200", "5"], // globulin
  ["718-7", "g/L", "g-l", 1, "400", "10"], // hemoglobin
  ["718-7", "g/dL", "g-dl", 2, "40", "1"],
  ["789-8", "10*12/L", "10e12-l", 2, "20", "0.5"], // erythrocytes
  ["4544-3", "%", "percent", 1, "100", "3"], // hematocrit
  ["787-2", "fL", "fl", 1, "250", "5"], // mean corpuscular volume
  ["785-6", "pg", "pg", 1, "100", "2"], // mean corpuscular hemoglobin
  ["777-3", "10*9/L", "10e9-l", 1, "5000", "50"], // platelets
  ["6690-2", "10*9/L", "10e9-l", 2, "1000", "2"], // leukocytes
  ["770-8", "%", "percent", 1, "100", "5"], // neutrophils
  ["751-8", "10*9/L", "10e9-l", 2, "1000", "1"],
  ["736-9", "%", "percent", 1, "100", "5"], // lymphocytes
  ["731-0", "10*9/L", "10e9-l", 2, "1000", "1"],
  ["5905-5", "%", "percent", 1, "100", "3"], // monocytes
  ["742-7", "10*9/L", "10e9-l", 2, "1000", "0.3"],
  ["713-8", "%", "percent", 1, "100", "3"], // eosinophils
  ["711-2", "10*9/L", "10e9-l", 2, "1000", "0.3"],
  ["706-2", "%", "percent", 1, "100", "1"], // basophils
  ["704-7", "10*9/L", "10e9-l", 2, "1000", "0.1"],
  ["4548-4", "%", "percent", 2, "30", "0.5"], // hemoglobin A1c
  ["59261-8", "mmol/mol", "mmol-mol", 1, "300", "5"], // hemoglobin A1c, IFCC
  ["14647-2", "mmol/L", "mmol-l", 2, "50", "0.5"], // cholesterol
  ["2093-3", "mg/dL", "mg-dl", 1, "2000", "20"],
  ["13457-7", "mg/dL", "mg-dl", 1, "2000", "20"], // cholesterol in LDL, calculated
  ["2085-9", "mg/dL", "mg-dl", 1, "500", "10"], // cholesterol in HDL
  ["2571-8", "mg/dL", "mg-dl", 1, "20000", "30"], // triglycerides
  ["3016-3", "m[IU]/L", "miu-l", 3, "500", "0.5"], // thyrotropin
  ["2756-5", "[pH]", "ph", 2, "14", "0.5"], // pH of urine
  ["2965-2", "1", "1", 4, "2", "0.005"], // specific gravity of urine
]

const CODED = ["2887-8", "33051-4", "2349-9", "33052-2"] // urine: protein, erythrocytes, glucose, leukocytes

// What every result has beside its value.
const CIRCUMSTANCES: readonly AttributeDefinition[] = [
  { name: "collectedOn", type: "date", minWidth: 7 },
  { name: "collectedAt", type: "instant", minWidth: 86_400, optional: true },
  { name: "specimen", type: "code", optional: true },
  { name: "method", type: "code", optional: true },
  { name: "birthDate", type: "partialDate", minWidth: 365, optional: true },
  { name: "sex", type: "code", optional: true },
  { name: "boundOn", type: "date", minWidth: 30 },
]

/** Results that are numbers. */
export const LABORATORY: readonly Schema[] = ANALYTES.map(([loinc, unit, slug, scale, max, minWidth]) => {
  const amount = { type: "decimal", scale, unit: `${UCUM}|${unit}`, min: "0", max, minWidth } as const
  return {
    ...{ type: "sotto/schema/1", name: `lab-${loinc}-${slug}`, version: 1, subject: "self" },
    observes: `${LOINC}|${loinc}`,
    attributes: [
      { name: "value", ...amount },
      { name: "referenceLow", ...amount, optional: true },
      { name: "referenceHigh", ...amount, optional: true },
      ...CIRCUMSTANCES,
    ],
  }
})

/** Results that are codes, such as negative. */
export const LABORATORY_CODED: readonly Schema[] = CODED.map((loinc) => ({
  ...{ type: "sotto/schema/1", name: `lab-coded-${loinc}`, version: 1, subject: "self" },
  observes: `${LOINC}|${loinc}`,
  attributes: [{ name: "value", type: "code", open: true }, ...CIRCUMSTANCES],
}))
