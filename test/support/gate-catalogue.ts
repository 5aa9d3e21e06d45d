// The released catalogue with statements that a gate may ask: each demands that a record was bound before enrolment.
import { makeCatalogue } from "../../src/protocol/catalogue/catalogue.ts"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import type { Statement, Where } from "../../src/protocol/wire/statement.ts"

/** A statement over vaccination records. */
export const gateStatement = (id: string, where: Where): Statement => ({
  type: "sotto/statement/1",
  id,
  title: { en: "Vaccinated, by a record bound before the census" },
  schema: "immunization/1",
  subject: "self",
  where,
})

const DISEASE: Where = { field: "disease", eq: "http://snomed.info/sct|840539006" }

/** Asks for a vaccination bound at most on the day of asOf. */
export const BOUND_VACCINATION = gateStatement("bound-vaccination/1", {
  all: [DISEASE, { field: "boundOn", atMost: "today-P1D" }],
})

/** The released documents and this statement. */
export const GATE_CATALOGUE = makeCatalogue({
  schemas: CATALOGUE.schemas,
  statements: [...CATALOGUE.statements, BOUND_VACCINATION],
  valueSets: CATALOGUE.valueSets,
})
