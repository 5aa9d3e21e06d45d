import type { ValueSet } from "../../wire/statement.ts"

const CVX = "http://hl7.org/fhir/sid/cvx" // CDC, "Vaccines Administered": every code of vaccine group COVID-19 in use
const EU = "urn:eu:dcc:vaccines-covid-19-names" // eHealth Network value set vaccine-medicinal-product

/** COVID-19 vaccine products, as FHIR records and EU certificates code them. */
export const COVID_19_VACCINES_1: ValueSet = {
  type: "sotto/value-set/1",
  id: "covid-19-vaccines/1",
  codes: [
    ...["207", "208", "210", "211", "212", "213", "217", "218", "219", "221", "225", "226", "227"],
    ...["228", "229", "230", "300", "301", "302", "308", "309", "310", "311", "312", "313"],
  ]
    .map((code) => `${CVX}|${code}`)
    .concat(
      ["EU/1/20/1507", "EU/1/20/1525", "EU/1/20/1528", "EU/1/21/1529", "EU/1/21/1580", "EU/1/21/1618"].map(
        (code) => `${EU}|${code}`,
      ),
      `${EU}|EU/1/21/1624`,
    ),
}
