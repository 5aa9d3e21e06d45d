/** UCUM codes as they are printed behind a number; a plain number has nothing behind it. */
export const UCUM_LABELS: Readonly<Record<string, string>> = {
  "mmol/L": "mmol/L",
  "umol/L": "µmol/L",
  "mg/dL": "mg/dL",
  "g/dL": "g/dL",
  "g/L": "g/L",
  "U/L": "U/L",
  "10*12/L": "million million per litre",
  "10*9/L": "thousand million per litre",
  "mmol/mol": "mmol/mol",
  "m[IU]/L": "mIU/L",
  "%": "%",
  fL: "fL",
  pg: "pg",
  "[pH]": "",
  "1": "",
}
