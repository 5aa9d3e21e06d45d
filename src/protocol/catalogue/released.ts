// What ships: adding a document is its file and its line here.
import { makeCatalogue } from "./catalogue.ts"
import { IMMUNIZATION_1 } from "./schemas/immunization-1.ts"
import { VACCINATION_COUNT_1 } from "./statements/vaccination-count-1.ts"
import { VACCINATION_STATUS_1 } from "./statements/vaccination-status-1.ts"
import { COVID_19_VACCINES_1 } from "./value-sets/covid-19-vaccines-1.ts"

/** The catalogue of this release. */
export const CATALOGUE = makeCatalogue({
  schemas: [IMMUNIZATION_1],
  statements: [VACCINATION_STATUS_1, VACCINATION_COUNT_1],
  valueSets: [COVID_19_VACCINES_1],
})
