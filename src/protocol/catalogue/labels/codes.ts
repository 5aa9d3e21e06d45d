// Codes of the catalogue in the words of a patient. A code that is not here is quoted as it stands.

const SNOMED = "http://snomed.info/sct"
const LOINC = "http://loinc.org"
const CVX = "http://hl7.org/fhir/sid/cvx"
const EU_VACCINE = "urn:eu:dcc:vaccines-covid-19-names"
const EU_HOLDER = "urn:eu:dcc:vaccines-covid-19-auth-holders"

const inSystem = (
  system: string,
  table: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(table).map(([code, words]) => [`${system}|${code}`, words]))

/** By `system|code`. SNOMED CT and LOINC after their preferred terms, CVX after the CDC's short descriptions, EU codes
 * after the eHealth Network's value sets. */
export const CODE_LABELS: Readonly<Record<string, string>> = {
  ...inSystem(SNOMED, {
    "840539006": "COVID-19",
    "6142004": "influenza",
    "14189004": "measles",
    "36989005": "mumps",
    "36653000": "rubella",
    "38907003": "chickenpox (varicella)",
    "66071002": "hepatitis B",
    "40468003": "hepatitis A",
    "397428000": "diphtheria",
    "76902006": "tetanus",
    "27836007": "whooping cough (pertussis)",
    "398102009": "poliomyelitis",
    "16541001": "yellow fever",
    "260385009": "negative",
    "260415000": "not detected (negative)",
    "260373001": "detected (positive)",
    "309343006": "physician",
    "106292003": "nurse",
    "1119349007": "mRNA vaccine",
    "1119305005": "antigen vaccine",
  }),
  ...inSystem(LOINC, {
    "LP6464-4": "nucleic acid test (NAAT, such as PCR)",
    "LP217198-3": "rapid antigen test",
  }),
  ...inSystem("http://terminology.hl7.org/CodeSystem/subscriber-relationship", {
    self: "the policy holder",
    child: "child of the policy holder",
    spouse: "spouse of the policy holder",
    parent: "parent of the policy holder",
    common: "common-law partner of the policy holder",
    other: "another relation of the policy holder",
  }),
  ...inSystem("https://sotto.example/standing", { active: "active, in good standing" }),
  ...inSystem(CVX, {
    "207": "Moderna COVID-19 vaccine, 100 or 50 mcg (CVX 207)",
    "208": "Pfizer-BioNTech COVID-19 vaccine, 30 mcg (CVX 208)",
    "210": "AstraZeneca COVID-19 vaccine (CVX 210)",
    "211": "Novavax COVID-19 vaccine (CVX 211)",
    "212": "Janssen COVID-19 vaccine (CVX 212)",
    "213": "COVID-19 vaccine, unspecified (CVX 213)",
    "217": "Pfizer-BioNTech COVID-19 vaccine, 30 mcg, tris-sucrose (CVX 217)",
    "218": "Pfizer-BioNTech COVID-19 vaccine, 10 mcg, tris-sucrose (CVX 218)",
    "219": "Pfizer-BioNTech COVID-19 vaccine, 3 mcg, tris-sucrose (CVX 219)",
    "221": "Moderna COVID-19 vaccine, 50 mcg (CVX 221)",
    "225": "Sanofi COVID-19 vaccine, 5 mcg (CVX 225)",
    "226": "Sanofi COVID-19 vaccine, 10 mcg (CVX 226)",
    "227": "Moderna COVID-19 vaccine, 50 mcg for children (CVX 227)",
    "228": "Moderna COVID-19 vaccine, 25 mcg for children (CVX 228)",
    "229": "Moderna COVID-19 vaccine, bivalent (CVX 229)",
    "230": "Moderna COVID-19 vaccine, bivalent, 10 mcg (CVX 230)",
    "300": "Pfizer-BioNTech COVID-19 vaccine, bivalent, 30 mcg (CVX 300)",
    "301": "Pfizer-BioNTech COVID-19 vaccine, bivalent, 10 mcg (CVX 301)",
    "302": "Pfizer-BioNTech COVID-19 vaccine, bivalent, 3 mcg (CVX 302)",
    "308": "COVID-19 mRNA vaccine of 2023 and later, tris-sucrose, 3 mcg (CVX 308)",
    "309": "COVID-19 mRNA vaccine of 2023 and later, tris-sucrose, 30 mcg (CVX 309)",
    "310": "COVID-19 mRNA vaccine of 2023 and later, tris-sucrose, 10 mcg (CVX 310)",
    "311": "COVID-19 mRNA vaccine of 2023 and later, 25 mcg (CVX 311)",
    "312": "COVID-19 mRNA vaccine of 2023 and later, 50 mcg (CVX 312)",
    "313": "COVID-19 subunit vaccine of 2023 and later, 5 mcg (CVX 313)",
  }),
  ...inSystem(EU_VACCINE, {
    "EU/1/20/1507": "Spikevax (Moderna)",
    "EU/1/20/1525": "COVID-19 Vaccine Janssen",
    "EU/1/20/1528": "Comirnaty (BioNTech-Pfizer)",
    "EU/1/21/1529": "Vaxzevria (AstraZeneca)",
    "EU/1/21/1580": "VidPrevtyn Beta (Sanofi)",
    "EU/1/21/1618": "Nuvaxovid (Novavax)",
    "EU/1/21/1624": "COVID-19 Vaccine Valneva",
    "BBIBP-CorV": "BBIBP-CorV (Sinopharm)",
    CoronaVac: "CoronaVac (Sinovac)",
    Covaxin: "Covaxin (Bharat Biotech)",
    Covishield: "Covishield (Serum Institute of India)",
    "Sputnik-V": "Sputnik V (Gamaleya)",
    Convidecia: "Convidecia (CanSino)",
    EpiVacCorona: "EpiVacCorona (Vector)",
  }),
  ...inSystem(EU_HOLDER, {
    "ORG-100001699": "AstraZeneca",
    "ORG-100030215": "BioNTech",
    "ORG-100001417": "Janssen-Cilag",
    "ORG-100031184": "Moderna Biotech Spain",
    "ORG-100006270": "CureVac",
    "ORG-100013793": "CanSino Biologics",
    "ORG-100020693": "China Sinopharm (Beijing)",
    "ORG-100010771": "Sinopharm Weiqida (Prague)",
    "ORG-100024420": "Sinopharm Zhijun (Shenzhen)",
    "ORG-100032020": "Novavax CZ",
    "Gamaleya-Research-Institute": "Gamaleya Research Institute",
    "Vector-Institute": "Vector Institute",
    "Sinovac-Biotech": "Sinovac Biotech",
    "Bharat-Biotech": "Bharat Biotech",
  }),
  ...inSystem("http://www.whocc.no/atc", { J07BX03: "COVID-19 vaccine of any type (ATC J07BX03)" }),
}
