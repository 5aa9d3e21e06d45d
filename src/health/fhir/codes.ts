// Which vaccine code stands for protection against which disease: our own table, nothing in it that is not certain.
// Sources: CVX code set and its vaccine groups, CDC IIS (www2a.cdc.gov/vaccines/iis/iisstandards, rpt=cvx and rpt=vg);
// EU value sets vaccines-covid-19-names and sct-vaccines-covid-19 (ehn-dcc-development/eu-dcc-valuesets); SNOMED CT
// disorders as HL7 lists them for Immunization.protocolApplied.targetDisease (valueset-immunization-target-disease).

/** SNOMED CT disorders as FHIR tokens. */
export const DISEASE = {
  covid19: "http://snomed.info/sct|840539006",
  influenza: "http://snomed.info/sct|6142004",
  hepatitisA: "http://snomed.info/sct|40468003",
  hepatitisB: "http://snomed.info/sct|66071002",
  measles: "http://snomed.info/sct|14189004",
  mumps: "http://snomed.info/sct|36989005",
  rubella: "http://snomed.info/sct|36653000",
  varicella: "http://snomed.info/sct|38907003",
  diphtheria: "http://snomed.info/sct|397428000",
  tetanus: "http://snomed.info/sct|76902006",
  pertussis: "http://snomed.info/sct|27836007",
  poliomyelitis: "http://snomed.info/sct|398102009",
  yellowFever: "http://snomed.info/sct|16541001",
} as const

type Disease = keyof typeof DISEASE

const CVX = "http://hl7.org/fhir/sid/cvx"
const EU_PRODUCT = "urn:eu:dcc:vaccines-covid-19-names"
const SNOMED = "http://snomed.info/sct"
const ATC = "http://www.whocc.no/atc"

const PRODUCTS: readonly (readonly [system: string, diseases: readonly Disease[], codes: string])[] = [
  [
    CVX,
    ["covid19"],
    // Products of the United States by year, then those given elsewhere; 213 and 500 are "unspecified".
    `207 208 210 211 212 213 217 218 219 221 225 226 227 228 229 230 300 301 302 308 309 310 311 312 313
     500 501 502 503 504 505 506 507 508 509 510 511`,
  ],
  [
    CVX,
    ["influenza"],
    `15 16 88 111 135 140 141 144 149 150 151 153 155 158 161 166 168 171 185 186 197 205`,
  ],
  [CVX, ["hepatitisA"], "31 52 83 84 85"],
  [CVX, ["hepatitisB"], "08 42 43 44 45 189 220"],
  [CVX, ["hepatitisA", "hepatitisB"], "104"],
  [CVX, ["measles", "mumps", "rubella"], "03"],
  [CVX, ["measles", "rubella"], "04"],
  [CVX, ["measles"], "05"],
  [CVX, ["rubella"], "06"],
  [CVX, ["mumps"], "07"],
  [CVX, ["rubella", "mumps"], "38"],
  [CVX, ["measles", "mumps", "rubella", "varicella"], "94"],
  [CVX, ["varicella"], "21"],
  [CVX, ["diphtheria", "tetanus", "pertussis"], "01 20 106 107 115"],
  [CVX, ["diphtheria", "tetanus"], "09 28 113 138 139"],
  [CVX, ["tetanus"], "35 112"],
  [CVX, ["diphtheria", "tetanus", "pertussis", "poliomyelitis"], "130"],
  [CVX, ["diphtheria", "tetanus", "pertussis", "hepatitisB", "poliomyelitis"], "110"],
  [CVX, ["poliomyelitis"], "02 10 89"],
  [CVX, ["yellowFever"], "37"],
  [EU_PRODUCT, ["covid19"], "EU/1/20/1528 EU/1/20/1507 EU/1/20/1525 EU/1/21/1529 EU/1/21/1580 EU/1/21/1618"],
  [
    EU_PRODUCT,
    ["covid19"],
    "CVnCoV Sputnik-V Convidecia EpiVacCorona BBIBP-CorV CoronaVac Covaxin Covishield",
  ],
  [EU_PRODUCT, ["covid19"], "EU/1/21/1624 Inactivated-SARS-CoV-2-Vero-Cell"],
]

// Kinds of vaccine rather than products: mRNA vaccine, antigen vaccine, COVID-19 vaccines.
const PROPHYLAXES: readonly (readonly [token: string, diseases: readonly Disease[]])[] = [
  [`${SNOMED}|1119349007`, ["covid19"]],
  [`${SNOMED}|1119305005`, ["covid19"]],
  [`${ATC}|J07BX03`, ["covid19"]],
]

/** What a code of the table says. */
export interface VaccineMeaning {
  /** SNOMED CT disorders as FHIR tokens, in the table's order. */
  readonly diseases: readonly string[]
  /** True when the code names a kind of vaccine and no product. */
  readonly isProphylaxis: boolean
}

const MEANINGS: ReadonlyMap<string, VaccineMeaning> = new Map([
  ...PRODUCTS.flatMap(([system, diseases, codes]) =>
    codes.split(/\s+/).map((code) => [`${system}|${code}`, meaning(diseases, false)] as const),
  ),
  ...PROPHYLAXES.map(([token, diseases]) => [token, meaning(diseases, true)] as const),
])

/** The meaning of a FHIR token (`system|code`, the case as given), or null when the table does not know it. */
export function lookUpVaccine(token: string): VaccineMeaning | null {
  return MEANINGS.get(token) ?? null
}

function meaning(diseases: readonly Disease[], isProphylaxis: boolean): VaccineMeaning {
  return { diseases: diseases.map((disease) => DISEASE[disease]), isProphylaxis }
}
